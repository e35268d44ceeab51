package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ballast bench planner}. */
class PlannerCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Commands.run(
        new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void instancesAndModelsAreRows() throws IOException {
    Path suite = Files.createDirectories(folder.resolve("minimalloc"));
    Files.writeString(suite.resolve("two.1000.csv"), "id,lower,upper,size\na,0,2,600\nb,1,3,500\n");
    Files.writeString(suite.resolve("two.csv"), "id,lower,upper,size\na,0,2,600\nb,1,3,500\n");
    int status = run("planner", "--data", folder.toString(), "--runs", "1", "--json");
    assertEquals(0, status, err.toString());
    JsonNode rows = new ObjectMapper().readTree(out.toString());
    assertEquals("does not fit", rows.get(0).get("verdict").asText());
    assertEquals(1100, rows.get(1).get("peak").asLong());
    assertEquals("OPTIMAL (load)", rows.get(1).get("certificate").asText());
    assertTrue(rows.size() > 2 && rows.get(2).get("buffers").asInt() > 0, out.toString());
  }

  @Test
  void aFolderWithoutInstancesIsTold() {
    assertEquals(1, run("planner", "--data", folder.toString()));
    assertTrue(err.toString().contains("holds no minimalloc"), err.toString());
  }
}
