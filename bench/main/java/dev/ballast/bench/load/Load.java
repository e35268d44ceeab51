package dev.ballast.bench.load;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Requests to come: when each is due is settled before the first is sent.
 *
 * @param ratePerSecond of all threads together
 * @param seconds in which requests fall due
 * @param threads that send, each its share
 * @param seed of random arrivals: the same seed, the same times
 */
public record Load(
    double ratePerSecond, double seconds, int threads, Arrivals arrivals, long seed) {
  /** How requests are spread over time. */
  public enum Arrivals {
    /** Evenly; threads take turns. */
    FIXED,
    /**
     * At random and independent of each other, as those of many users are: gaps are exponential.
     * Each thread has a stream of its own; together they are one such stream again.
     */
    POISSON
  }

  /** More than are worth keeping times for. */
  private static final double MOST = 1e8;

  public Load {
    demand(ratePerSecond > 0 && seconds > 0, "rate and seconds must be positive");
    demand(threads >= 1, "there must be a thread");
    demand(ratePerSecond * seconds <= MOST, "at most 1e8 requests");
  }

  private static void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException("load: " + complaint);
    }
  }

  /**
   * When a thread's requests are due, in nanoseconds from the start, ascending.
   *
   * @param thread from 0
   */
  long[] due(int thread) {
    return switch (arrivals) {
      case FIXED -> fixed(thread);
      case POISSON -> poisson(thread);
    };
  }

  private long[] fixed(int thread) {
    // A tenth of a request, so that 0.3 s · 10/s are 3 in spite of rounding.
    long all = Math.max(threads, (long) Math.floor(ratePerSecond * seconds + 0.1));
    long own = (all - thread + threads - 1) / threads;
    long[] due = new long[(int) own];
    for (int i = 0; i < due.length; i++) {
      due[i] = Math.round(1e9 * (thread + (double) i * threads) / ratePerSecond);
    }
    return due;
  }

  private long[] poisson(int thread) {
    double gap = 1e9 * threads / ratePerSecond;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < thread; i++) {
      random = random.split();
    }
    long[] due = new long[16 + (int) (ratePerSecond * seconds / threads)];
    int n = 0;
    double at = 0;
    while (true) {
      // Of 1 − u, which is never 0.
      at -= gap * Math.log(1 - random.nextDouble());
      if (at >= 1e9 * seconds) {
        return Arrays.copyOf(due, n);
      }
      if (n == due.length) {
        due = Arrays.copyOf(due, 2 * n);
      }
      due[n++] = Math.round(at);
    }
  }
}
