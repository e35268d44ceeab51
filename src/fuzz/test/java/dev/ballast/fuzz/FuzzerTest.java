package dev.ballast.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Jazzer on every reader for a quarter of the soak tests' minutes. */
@Tag("soak")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a mapped file can't be deleted there")
class FuzzerTest {
  /**
   * Fewer would mean that nothing was instrumented, or that every input is refused at the door:
   * half of what twelve seconds on a busy machine came to.
   */
  private static long fewestEdges(Reader r) {
    return switch (r) {
      case DEFINITION, EXPRESSION -> 1_500;
      case MODEL, CHECKPOINT -> 400;
      case CSV -> 200;
      default -> 60;
    };
  }

  @Test
  void noInputBringsAReaderToDoWhatItMustNot() throws Exception {
    int seconds = (int) (15 * Double.parseDouble(System.getProperty("ballast.soak.minutes", "1")));
    Fuzzer fuzzer = new Fuzzer(CorpusTest.corpora(), Path.of("target", "fuzz").toAbsolutePath());
    StringBuilder finds = new StringBuilder();
    for (Reader r : Reader.values()) {
      Fuzzer.Result result = fuzzer.run(r, seconds);
      System.out.println(result);
      if (!result.isClean() || result.edges() < fewestEdges(r)) {
        finds.append(result).append('\n');
      }
    }
    assertTrue(finds.isEmpty(), finds.toString());
  }
}
