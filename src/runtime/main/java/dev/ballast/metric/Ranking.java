package dev.ballast.metric;

import java.util.Arrays;
import java.util.OptionalDouble;

/** How well scores put the right above the wrong. */
public final class Ranking {
  private Ranking() {}

  /**
   * The area under the ROC curve: the probability that a positive example has a higher score than a
   * negative one, ties counting half. By ranks (Mann and Whitney): (R − p(p+1)/2) / pn, with R the
   * sum of the positives' ranks; equals share their mean rank. Empty where there are no positives,
   * or no negatives.
   *
   * @throws IllegalArgumentException where a score is not a number
   */
  public static OptionalDouble rocAuc(float[] scores, boolean[] positive) {
    long[] order = ascending(scores);
    long positives = 0;
    double ranks = 0;
    int from = 0;
    while (from < order.length) {
      int to = from;
      long found = 0;
      while (to < order.length && order[to] >> 32 == order[from] >> 32) {
        found += positive[(int) order[to]] ? 1 : 0;
        to++;
      }
      ranks += found * (from + 1 + to) / 2.0;
      positives += found;
      from = to;
    }
    long negatives = order.length - positives;
    if (positives == 0 || negatives == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of((ranks - positives * (positives + 1) / 2.0) / positives / negatives);
  }

  /** The score in the upper half of each number, such that they sort; its place in the lower. */
  private static long[] ascending(float[] scores) {
    long[] keys = new long[scores.length];
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("the score of example " + i + " is not a number");
      }
      int bits = Float.floatToIntBits(scores[i] + 0f);
      int sortable = bits ^ bits >> 31 & Integer.MAX_VALUE;
      keys[i] = (long) sortable << 32 | i;
    }
    Arrays.sort(keys);
    return keys;
  }

  /**
   * The share of examples whose label is among the k largest scores; of equal scores the first
   * classes count as larger, as for the answer itself. Empty where there is no example.
   *
   * @param scores [examples, classes] in rows
   */
  public static OptionalDouble topK(float[] scores, int classes, int[] labels, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1, not " + k);
    }
    long hits = 0;
    for (int i = 0; i < labels.length; i++) {
      hits += above(scores, i * classes, classes, labels[i]) < k ? 1 : 0;
    }
    return labels.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) hits / labels.length);
  }

  /** How many classes come before the label. */
  private static int above(float[] scores, int row, int classes, int label) {
    float own = scores[row + label];
    int above = 0;
    for (int c = 0; c < classes; c++) {
      float other = scores[row + c];
      above += other > own || other == own && c < label ? 1 : 0;
    }
    return above;
  }
}
