package dev.ballast.plan;

/**
 * The top of what is placed, by section: a segment tree that answers the highest of a range and
 * raises a range to one height, both in logarithmic time.
 */
final class Skyline {
  private static final long MIXED = -1;

  private final int leaves;

  /** The highest below each node. */
  private final long[] highest;

  /** The one height of all below a node, or {@code MIXED}. */
  private final long[] level;

  Skyline(int width) {
    leaves = Integer.highestOneBit(Math.max(1, 2 * width - 1));
    highest = new long[2 * leaves];
    level = new long[2 * leaves];
  }

  /** The highest of sections {@code [from, to)}. */
  long highest(int from, int to) {
    return highest(1, 0, leaves, from, to);
  }

  private long highest(int node, int low, int high, int from, int to) {
    if (to <= low || high <= from) {
      return 0;
    }
    if (level[node] != MIXED || (from <= low && high <= to)) {
      return highest[node];
    }
    int middle = (low + high) >>> 1;
    return Math.max(
        highest(2 * node, low, middle, from, to), highest(2 * node + 1, middle, high, from, to));
  }

  /** Sets sections {@code [from, to)} to a height that is not below theirs. */
  void raise(int from, int to, long height) {
    raise(1, 0, leaves, from, to, height);
  }

  private void raise(int node, int low, int high, int from, int to, long height) {
    if (to <= low || high <= from) {
      return;
    }
    if (from <= low && high <= to) {
      highest[node] = height;
      level[node] = height;
      return;
    }
    if (level[node] != MIXED) {
      for (int child = 2 * node; child <= 2 * node + 1; child++) {
        highest[child] = level[node];
        level[child] = level[node];
      }
      level[node] = MIXED;
    }
    int middle = (low + high) >>> 1;
    raise(2 * node, low, middle, from, to, height);
    raise(2 * node + 1, middle, high, from, to, height);
    highest[node] = Math.max(highest[2 * node], highest[2 * node + 1]);
  }
}
