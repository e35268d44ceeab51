package dev.ballast.plan;

import java.util.Arrays;

/**
 * Time, cut down to what matters to placement. A maximal section is a stretch of time that ends
 * with a death and has seen a birth since the last one: every set of buffers that are live together
 * is live in some maximal section. Buffers meet where their sections do.
 *
 * @param sizes by buffer
 * @param low the first section of each buffer
 * @param high one past the last section of each buffer
 * @param loads the sum of live sizes, by section
 */
record Sections(long[] sizes, int[] low, int[] high, long[] loads) {
  private static final long BIRTH = 1L << 31;

  static Sections of(Placement.Problem problem) {
    int count = problem.count();
    long[] events = new long[2 * count];
    for (int i = 0; i < count; i++) {
      events[2 * i] = ((long) problem.from()[i] << 32) | BIRTH | i;
      events[2 * i + 1] = ((long) problem.to()[i] << 32) | i;
    }
    // Deaths before births of the same time: lifetimes are half-open.
    Arrays.sort(events);
    int[] low = new int[count];
    int[] high = new int[count];
    long[] loads = new long[count];
    int section = 0;
    boolean born = false;
    long live = 0;
    for (long event : events) {
      int i = (int) (event & (BIRTH - 1));
      if ((event & BIRTH) != 0) {
        low[i] = section;
        live += problem.sizes()[i];
        born = true;
      } else {
        if (born) {
          loads[section++] = live;
          born = false;
        }
        high[i] = section;
        live -= problem.sizes()[i];
      }
    }
    return new Sections(problem.sizes(), low, high, Arrays.copyOf(loads, section));
  }

  int count() {
    return sizes.length;
  }

  /** The number of sections. */
  int width() {
    return loads.length;
  }

  /** The largest load: no placement is smaller. */
  long loadBound() {
    return Arrays.stream(loads).max().orElse(0);
  }

  /** The largest load that each buffer meets. */
  long[] largestLoadMet() {
    RangeMaximum tree = new RangeMaximum(loads);
    long[] met = new long[count()];
    Arrays.setAll(met, i -> tree.maximum(low[i], high[i]));
    return met;
  }
}
