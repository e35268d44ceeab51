package dev.ballast.bench.peers;

import dev.ballast.bench.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long one side's runs took.
 *
 * @param sorted nanoseconds of every run of all rounds, ascending
 * @param medians of each round, in nanoseconds
 */
record Times(long[] sorted, Samples medians) {
  /**
   * @param rounds nanoseconds of each run, round by round; none is empty
   */
  static Times of(String side, List<long[]> rounds) {
    long[] all = rounds.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    List<Double> medians = new ArrayList<>();
    for (long[] r : rounds) {
      long[] sorted = r.clone();
      Arrays.sort(sorted);
      medians.add(micros(sorted, 0.5) * 1e3);
    }
    double[] values = medians.stream().mapToDouble(Double::doubleValue).toArray();
    return new Times(all, new Samples(side, values));
  }

  int runs() {
    return sorted.length;
  }

  double medianMicros() {
    return micros(sorted, 0.5);
  }

  /** The time that a share of all runs did not exceed; of too few runs, the longest. */
  double micros(double share) {
    return micros(sorted, share);
  }

  private static double micros(long[] sorted, double share) {
    int at = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.clamp(at, 0, sorted.length - 1)] / 1e3;
  }
}
