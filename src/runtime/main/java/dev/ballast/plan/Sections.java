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
 * @param lives the steps that each buffer lives
 * @param loads the sum of live sizes, by section
 */
record Sections(long[] sizes, int[] low, int[] high, int[] lives, long[] loads) {
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
    int[] lives = new int[count];
    Arrays.setAll(lives, i -> problem.to()[i] - problem.from()[i]);
    return new Sections(problem.sizes(), low, high, lives, Arrays.copyOf(loads, section));
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

  /** Some of the buffers, in the same sections. */
  Sections of(int[] buffers) {
    long[] kept = new long[width() + 1];
    for (int b : buffers) {
      kept[low[b]] += sizes[b];
      kept[high[b]] -= sizes[b];
    }
    Arrays.parallelPrefix(kept, Long::sum);
    return new Sections(
        Arrays.stream(buffers).mapToLong(b -> sizes[b]).toArray(),
        Arrays.stream(buffers).map(b -> low[b]).toArray(),
        Arrays.stream(buffers).map(b -> high[b]).toArray(),
        Arrays.stream(buffers).map(b -> lives[b]).toArray(),
        Arrays.copyOf(kept, width()));
  }

  /** The highest byte that offsets use. */
  long top(long[] offsets) {
    long top = 0;
    for (int i = 0; i < count(); i++) {
      top = Math.max(top, offsets[i] + sizes[i]);
    }
    return top;
  }

  /** The largest load that each buffer meets. */
  long[] largestLoadMet() {
    RangeMaximum tree = new RangeMaximum(loads);
    long[] met = new long[count()];
    Arrays.setAll(met, i -> tree.maximum(low[i], high[i]));
    return met;
  }
}
