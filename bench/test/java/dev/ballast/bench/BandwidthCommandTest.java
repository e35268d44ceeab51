package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ballast bench bandwidth}. */
class BandwidthCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Commands.run(
        new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void everyLoopIsAShareOfTheCopyOfTheSameRounds() throws IOException {
    assertEquals(0, run("bandwidth", "--mib", "1", "--seconds", "0.5", "--json"), err::toString);
    JsonNode rows = new ObjectMapper().readTree(out.toString());
    assertTrue(rows.size() >= 8, out.toString());
    double nearer = Math.min(Math.abs(share(rows.get(0)) - 1), Math.abs(share(rows.get(1)) - 1));
    assertEquals(0, nearer, 1e-9, "one of the copies is what the others are shares of");
    for (JsonNode row : rows) {
      assertEquals(1 << 18, row.get("elements").asLong());
      assertTrue(share(row) > 0 && row.get("gigabytesPerSecond").asDouble() > 0, row.toString());
    }
  }

  private static double share(JsonNode row) {
    return row.get("shareOfCopy").asDouble();
  }

  @Test
  void aSizeThatIsNoneIsWrongUsage() {
    assertEquals(2, run("bandwidth", "--mib", "0"));
    assertTrue(err.toString().contains("--mib must be in [1, 1024], not 0"), err.toString());
  }
}
