package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ballast pack}. */
class PackCommandTest {
  @TempDir private Path folder;

  private String file(String... lines) throws IOException {
    Path f = folder.resolve("buffers.csv");
    Files.writeString(f, String.join("\n", lines) + "\n");
    return f.toString();
  }

  @Test
  void rowsComeBackWithOffsetsThatDoNotOverlap() throws IOException {
    String f = file("id,lower,upper,size", "a,0,3,4", "b,3,9,4", "c,0,9,4", "d,9,21,4", "e,0,21,4");
    Path placed = folder.resolve("placed.csv");
    JsonNode j = CommandRun.done("pack", f, "--out", placed.toString(), "--json").json();
    assertEquals(5, j.get("buffers").asInt());
    assertEquals(12, j.get("load").asLong());
    assertEquals(12, j.get("peak").asLong());
    assertEquals("OPTIMAL (load)", j.get("certificate").asText());
    List<String> lines = Files.readAllLines(placed);
    assertEquals("id,lower,upper,size,offset", lines.getFirst());
    assertTrue(lines.get(5).startsWith("e,0,21,4,"), lines.get(5));
    assertEquals(12, BufferTable.verify(BufferTable.read(placed).problem(), offsets(lines)));
  }

  private static long[] offsets(List<String> lines) {
    return lines.stream()
        .skip(1)
        .mapToLong(l -> Long.parseLong(l.substring(l.lastIndexOf(',') + 1)))
        .toArray();
  }

  @Test
  void columnsComeInAnyOrderAndOthersAreKept() throws IOException {
    String f = file("size, name ,id,upper,lower,offset", "4,\"x, y\",1,3,-5000000000,77");
    Path placed = folder.resolve("placed.csv");
    CommandRun.done("pack", f, "--out", placed.toString());
    assertEquals(
        List.of("size,name,id,upper,lower,offset", "4,\"x, y\",1,3,-5000000000,0"),
        Files.readAllLines(placed));
  }

  @Test
  void aCapacityIsDecided() throws IOException {
    String f = file("id,lower,upper,size", "a,0,2,4", "b,1,3,5");
    assertEquals(
        "fits",
        CommandRun.done("pack", f, "--capacity", "9", "--json").json().get("verdict").asText());
    Path placed = folder.resolve("placed.csv");
    CommandRun no = CommandRun.of("pack", f, "--capacity", "8", "--out", placed.toString());
    assertEquals(Main.FAILED, no.status());
    assertTrue(no.err().contains("no placement takes less than 9"), no.err());
    assertFalse(Files.exists(placed));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a,0,0,4   | line 3: buffer a ends at 0
          a,5,2,4   | line 3: buffer a ends at 2
          a,0,x,4   | line 3: upper is "x", not a whole number
          a,0,1,-4  | line 3: buffer a has a size of -4
          a,0,1     | line 3: has 3 cells
          b,0,1,4   | line 3: the id b is that of line 2 too
          a,0,1,1e3 | line 3: size is "1e3"
          a,0,1,9223372036854775807 | buffer 1: with it all sizes come to more than
          """)
  void aBadRowIsNamed(String row, String complaint) throws IOException {
    CommandRun r = CommandRun.of("pack", file("id,lower,upper,size", "b,0,1,4", row));
    assertEquals(Main.FAILED, r.status());
    assertTrue(r.err().contains("buffers.csv: " + complaint), r.err());
    assertEquals(1, r.err().lines().count(), r.err());
  }

  @Test
  void aHeaderIsNeeded() throws IOException {
    CommandRun r = CommandRun.of("pack", file("0,0,1,4"));
    assertEquals(Main.FAILED, r.status());
    assertTrue(r.err().contains("line 1: the header must name"), r.err());
  }

  @Test
  void limitsOutOfRangeAreWrongUsage() throws IOException {
    String f = file("id,lower,upper,size");
    assertEquals(Main.WRONG_USAGE, CommandRun.of("pack", f, "--capacity", "-1").status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("pack", f, "--time-limit", "0").status());
    assertTrue(CommandRun.done("pack", f).out().contains("OPTIMAL"));
  }
}
