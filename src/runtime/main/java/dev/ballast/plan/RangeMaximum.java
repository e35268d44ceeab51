package dev.ballast.plan;

import java.util.Arrays;

/** Answers the largest of a range of fixed values in logarithmic time. */
final class RangeMaximum {
  private final long[] tree;
  private final int leaves;

  RangeMaximum(long[] values) {
    leaves = Integer.highestOneBit(Math.max(1, 2 * values.length - 1));
    tree = new long[2 * leaves];
    Arrays.fill(tree, Long.MIN_VALUE);
    System.arraycopy(values, 0, tree, leaves, values.length);
    for (int k = leaves - 1; k > 0; k--) {
      tree[k] = Math.max(tree[2 * k], tree[2 * k + 1]);
    }
  }

  /** The largest of {@code [from, to)}. */
  long maximum(int from, int to) {
    long max = Long.MIN_VALUE;
    int a = from + leaves;
    int b = to + leaves;
    while (a < b) {
      if ((a & 1) == 1) {
        max = Math.max(max, tree[a++]);
      }
      if ((b & 1) == 1) {
        max = Math.max(max, tree[--b]);
      }
      a >>= 1;
      b >>= 1;
    }
    return max;
  }
}
