package dev.ballast.bench.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.bench.load.Load.Arrivals;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When requests are due. */
class LoadTest {
  @Test
  void evenlySpacedOnesAreSharedInTurn() {
    Load load = new Load(10, 0.7, 3, Arrivals.FIXED, 0);
    assertArrayEquals(new long[] {0, 300_000_000, 600_000_000}, load.due(0));
    assertArrayEquals(new long[] {100_000_000, 400_000_000}, load.due(1));
    assertArrayEquals(new long[] {200_000_000, 500_000_000}, load.due(2));
  }

  @Test
  void randomOnesHaveExponentialGapsAtTheRate() {
    long[] due = new Load(1_000, 200, 1, Arrivals.POISSON, 3).due(0);
    // 200,000 ± 447 by one standard deviation.
    assertEquals(200_000, due.length, 2_000);
    long[] gaps = new long[due.length - 1];
    Arrays.setAll(gaps, i -> due[i + 1] - due[i]);
    assertTrue(LongStream.of(gaps).allMatch(g -> g >= 0), "ascending");
    for (double x : new double[] {0.1, 1, 3}) {
      double longer = LongStream.of(gaps).filter(g -> g > 1e6 * x).count() / (double) gaps.length;
      assertEquals(Math.exp(-x), longer, 0.005, "of gaps longer than " + x + " mean ones");
    }
  }

  @Test
  void threadsTogetherAreOneRandomStreamAgain() {
    Load load = new Load(1_000, 100, 4, Arrivals.POISSON, 3);
    long[] all =
        LongStream.range(0, 4).flatMap(t -> LongStream.of(load.due((int) t))).sorted().toArray();
    assertEquals(100_000, all.length, 1_500);
    double longer = 0;
    for (int i = 1; i < all.length; i++) {
      longer += all[i] - all[i - 1] > 1e6 ? 1.0 / all.length : 0;
    }
    assertEquals(Math.exp(-1), longer, 0.006);
    assertEquals(4, LongStream.range(0, 4).map(t -> load.due((int) t)[0]).distinct().count());
  }

  @Test
  void theSameSeedMeansTheSameTimes() {
    Load load = new Load(1_000, 1, 2, Arrivals.POISSON, 3);
    assertArrayEquals(load.due(1), new Load(1_000, 1, 2, Arrivals.POISSON, 3).due(1));
    Load other = new Load(1_000, 1, 2, Arrivals.POISSON, 4);
    assertTrue(load.due(1)[0] != other.due(1)[0]);
  }

  @Test
  void thereMustBeSomethingToSend() {
    for (double[] bad : new double[][] {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {1e6, 1e6, 1}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new Load(bad[0], bad[1], (int) bad[2], Arrivals.FIXED, 0));
    }
  }
}
