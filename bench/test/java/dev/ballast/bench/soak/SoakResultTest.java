package dev.ballast.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.memory.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What counts as flat, on invented samples: closed forms. */
class SoakResultTest {
  private static final long START = 400_000_000;

  private static SoakResult result(long bytesASecond, long quietBytes, int models, long left) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      samples.add(
          new Sample(
              i,
              new ProcessStatus(START + i * bytesASecond, START, 0),
              new JvmStatus(1, 1, 1, 1),
              Map.of(Kind.ARENAS, 1L),
              100L * i,
              100L * i,
              i < 100 ? 1_000_000L * i : 100_000_000,
              i,
              0,
              models,
              1));
    }
    List<SoakResult.QuietTime> quiet =
        List.of(new SoakResult.QuietTime(20, 5_000), new SoakResult.QuietTime(500, quietBytes));
    SoakResult.Counts counts =
        new SoakResult.Counts(100_000, 100_000, 1000, 200, 10, 50, 1000, 0.1, 5);
    return new SoakResult(SoakOptions.of(Duration.ofSeconds(1000)), samples, quiet, counts, left);
  }

  @Test
  void whatIsFlatPasses() {
    SoakResult flat = result(0, 0, 2, 0);
    assertEquals(List.of(), flat.complaints(0.01));
    assertEquals(0, flat.growth());
    assertEquals(0, flat.bytesAnHour(), 1e-6);
    assertEquals(0, flat.callerBytes(), "the first tenth does not count");
  }

  @Test
  void growthIsTheLastTenthOverTheSecond() {
    SoakResult growing = result(10_000, 0, 2, 0);
    // Medians at 949.5 s and at 149.5 s.
    assertEquals((START + 9_495_000.0) / (START + 1_495_000.0) - 1, growing.growth(), 1e-12);
    assertEquals(36_000_000, growing.bytesAnHour(), 1);
    assertEquals(List.of("resident memory grew by 1.99 %"), growing.complaints(0.01));
  }

  @Test
  void whatElseIsWrongIsTold() {
    assertEquals(
        List.of(
            "the threads that ask allocated 8 bytes on the heap while nothing was opened or freed",
            "64 bytes are left on the account of memory",
            "4 models had memory at the same time"),
        result(0, 8, 4, 64).complaints(0.01));
  }
}
