package dev.ballast.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimesTest {
  @Test
  void quantilesAreOfAllRunsAndTheSpreadIsOfTheRounds() {
    long[] thousand = LongStream.rangeClosed(1, 1000).map(n -> 1000 * n).toArray();
    Times t = Times.of("side", List.of(thousand));
    assertEquals(500, t.medianMicros());
    assertEquals(990, t.micros(0.99));
    assertEquals(999, t.micros(0.999));
    assertEquals(0, t.medians().spread());
    Times three =
        Times.of("side", List.of(new long[] {1000}, new long[] {2000}, new long[] {3000}));
    assertEquals(0.5, three.medians().spread());
  }

  @Test
  void ofFewRunsTheWorstOfAThousandIsTheWorst() {
    assertEquals(0.003, Times.of("side", List.of(new long[] {3, 1, 2})).micros(0.999));
  }
}
