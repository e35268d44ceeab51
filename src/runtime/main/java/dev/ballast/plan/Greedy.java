package dev.ballast.plan;

/**
 * Places buffers one by one in an order, each in a gap between those already placed that it meets.
 * What is placed is kept sorted by offset, so gaps show as a scan goes up: {@code n²} steps, short
 * ones.
 */
final class Greedy {
  /** Which of the gaps that are large enough. */
  enum Fit {
    LOWEST,
    TIGHTEST
  }

  private final Sections sections;
  private final int[] low;
  private final int[] high;
  private final long[] offset;
  private final long[] top;
  private int placed;

  private Greedy(Sections sections) {
    this.sections = sections;
    low = new int[sections.count()];
    high = new int[sections.count()];
    offset = new long[sections.count()];
    top = new long[sections.count()];
  }

  /** Offsets by buffer. */
  static long[] offsets(Sections sections, int[] order, Fit fit) {
    Greedy g = new Greedy(sections);
    long[] offsets = new long[sections.count()];
    for (int b : order) {
      offsets[b] = g.gap(b, fit);
      g.insert(b, offsets[b]);
    }
    return offsets;
  }

  private long gap(int b, Fit fit) {
    long size = sections.sizes()[b];
    int from = sections.low()[b];
    int to = sections.high()[b];
    long floor = 0;
    long chosen = -1;
    long slack = Long.MAX_VALUE;
    for (int k = 0; k < placed; k++) {
      if (low[k] < to && from < high[k]) {
        long room = offset[k] - floor - size;
        if (room >= 0 && room < slack) {
          if (fit == Fit.LOWEST) {
            return floor;
          }
          chosen = floor;
          slack = room;
        }
        floor = Math.max(floor, top[k]);
      }
    }
    return chosen >= 0 ? chosen : floor;
  }

  private void insert(int b, long at) {
    int k = placed;
    while (k > 0 && offset[k - 1] > at) {
      low[k] = low[k - 1];
      high[k] = high[k - 1];
      offset[k] = offset[k - 1];
      top[k] = top[k - 1];
      k--;
    }
    low[k] = sections.low()[b];
    high[k] = sections.high()[b];
    offset[k] = at;
    top[k] = at + sections.sizes()[b];
    placed++;
  }
}
