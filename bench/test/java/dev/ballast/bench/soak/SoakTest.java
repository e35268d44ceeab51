package dev.ballast.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.bench.Bench;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
  private static final double SOAK_MINUTES =
      Double.parseDouble(System.getProperty("ballast.soak.minutes", "1"));

  /** Minutes from which on resident memory is held to 1 %: before that HotSpot still compiles. */
  private static final double MINUTES_TO_SETTLE = 30;

  /** The first minute tells nothing of what callers allocate. */
  private static final double LEAST_MINUTES = 2;

  @TempDir Path folder;

  @BeforeAll
  static void residentMemoryIsTold() {
    Assumptions.assumeTrue(ProcessStatus.isKnown());
  }

  /** Five seconds: all answers are checked; memory is not yet what it will be. */
  @Test
  void underMixedLoadEachAnswerIsRightAndNothingIsLeft() throws Exception {
    SoakOptions options =
        SoakOptions.of(Duration.ofSeconds(5)).withSwaps(Duration.ofMillis(200), 8);
    SoakResult result = Soak.run(options, folder, new PrintWriter(new StringWriter()));
    assertEquals(List.of(), result.complaints(10));
    SoakResult.Counts counts = result.counts();
    assertTrue(counts.mapped() > 0 && counts.refused() > 0, counts.toString());
    assertTrue(counts.guests() > 0 && counts.steps() > 0, counts.toString());
    assertTrue(SoakPlot.svg(result).contains("</svg>"));
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count(), "files of models are deleted");
    }
  }

  @Test
  @Tag("soak")
  void memoryStaysAndCallersAllocateNothing() throws Exception {
    Path log = folder.resolve("log");
    double minutes = Math.max(LEAST_MINUTES, SOAK_MINUTES);
    String growth = minutes >= MINUTES_TO_SETTLE ? "1" : "30";
    List<String> arguments =
        List.of("soak", "--minutes", Double.toString(minutes), "--growth", growth);
    Process p =
        new ProcessBuilder(FixedHeap.command(Bench.class, arguments))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(p.waitFor(Math.round(60 * minutes) + 120, TimeUnit.SECONDS), "it does not end");
    } finally {
      p.destroyForcibly();
    }
    assertEquals(0, p.exitValue(), Files.readString(log));
  }
}
