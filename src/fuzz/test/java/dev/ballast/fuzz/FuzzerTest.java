package dev.ballast.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Jazzer on every reader for a quarter of the soak tests' minutes. */
@Tag("soak")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the account of memory is the same everywhere")
class FuzzerTest {
  /** Fewer would mean that nothing was instrumented. */
  private static final long FEWEST_EDGES = 40;

  @Test
  void noInputBringsAReaderToDoWhatItMustNot() throws Exception {
    int seconds = (int) (15 * Double.parseDouble(System.getProperty("ballast.soak.minutes", "1")));
    Fuzzer fuzzer = new Fuzzer(CorpusTest.corpora(), Path.of("target", "fuzz").toAbsolutePath());
    StringBuilder finds = new StringBuilder();
    for (Reader r : Reader.values()) {
      Fuzzer.Result result = fuzzer.run(r, seconds);
      System.out.println(result);
      if (!result.isClean() || result.edges() < FEWEST_EDGES) {
        finds.append(result).append('\n');
      }
    }
    assertTrue(finds.isEmpty(), finds.toString());
  }
}
