package dev.ballast.plan;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Offsets for buffers whose lifetimes are known (dynamic storage allocation): buffers that are live
 * together must not overlap, and the highest byte used shall be low.
 *
 * <p>Greedy: buffers are placed one by one, each in a gap between those already placed that it
 * meets in time. Several orders are tried, each with the lowest and with the tightest gap, and the
 * best result is kept; the search ends early at the load bound, which no placement beats. Placing
 * by the largest load met first is what closes most of the gap that the usual order by size leaves.
 *
 * <p>Deterministic: ties fall to the lower index.
 */
public final class Placement {
  /** Sizes, and half-open lifetimes {@code [from, to)}, by index. */
  public record Problem(long[] sizes, int[] from, int[] to) {
    public int count() {
      return sizes.length;
    }

    boolean meet(int a, int b) {
      return from[a] < to[b] && from[b] < to[a];
    }

    /** The sum of live sizes at each step. */
    public long[] loads() {
      int steps = Arrays.stream(to).max().orElse(0);
      long[] change = new long[steps + 1];
      for (int i = 0; i < count(); i++) {
        change[from[i]] += sizes[i];
        change[to[i]] -= sizes[i];
      }
      long[] loads = new long[steps];
      long live = 0;
      for (int t = 0; t < steps; t++) {
        live += change[t];
        loads[t] = live;
      }
      return loads;
    }

    /** The largest load: no placement is smaller. */
    public long loadBound() {
      return Arrays.stream(loads()).max().orElse(0);
    }
  }

  /** Offsets by index, and the highest byte used. */
  public record Solution(long[] offsets, long bytes) {}

  private final Problem problem;
  private final long bound;
  private Solution best = new Solution(new long[0], Long.MAX_VALUE);

  private Placement(Problem problem) {
    this.problem = problem;
    this.bound = problem.loadBound();
  }

  public static Solution solve(Problem problem) {
    Placement p = new Placement(problem);
    for (Comparator<Integer> order : p.orders()) {
      Integer[] sorted = new Integer[problem.count()];
      Arrays.setAll(sorted, i -> i);
      Arrays.sort(sorted, order.thenComparing(Comparator.naturalOrder()));
      for (boolean tightest : new boolean[] {false, true}) {
        p.greedy(sorted, tightest);
        if (p.best.bytes == p.bound) {
          return p.best;
        }
      }
    }
    return p.best;
  }

  /** T: largest load met, Z: size, W: lifetime, A: size × lifetime; all descending. */
  private List<Comparator<Integer>> orders() {
    long[] met = largestLoadMet();
    Comparator<Integer> t = Comparator.comparing(i -> -met[i]);
    Comparator<Integer> z = Comparator.comparing(i -> -problem.sizes[i]);
    Comparator<Integer> w = Comparator.comparing(i -> problem.from[i] - problem.to[i]);
    Comparator<Integer> a =
        Comparator.comparing(i -> problem.sizes[i] * (problem.from[i] - problem.to[i]));
    return List.of(
        t.thenComparing(w).thenComparing(z),
        t.thenComparing(z),
        t.thenComparing(a),
        z.thenComparing(w),
        w.thenComparing(t).thenComparing(z),
        a.thenComparing(z));
  }

  private long[] largestLoadMet() {
    long[] loads = problem.loads();
    long[] met = new long[problem.count()];
    for (int i = 0; i < met.length; i++) {
      for (int t = problem.from[i]; t < problem.to[i]; t++) {
        met[i] = Math.max(met[i], loads[t]);
      }
    }
    return met;
  }

  private void greedy(Integer[] order, boolean tightest) {
    long[] offsets = new long[order.length];
    int[] placed = new int[order.length];
    long top = 0;
    for (int n = 0; n < order.length; n++) {
      int b = order[n];
      offsets[b] = gap(b, placed, n, offsets, tightest);
      top = Math.max(top, offsets[b] + problem.sizes[b]);
      if (top >= best.bytes) {
        return;
      }
      insertByOffset(b, placed, n, offsets);
    }
    best = new Solution(offsets, top);
  }

  /** {@code placed[0..n)} is sorted by offset, so gaps show as the scan goes up. */
  private long gap(int b, int[] placed, int n, long[] offsets, boolean tightest) {
    long floor = 0;
    long chosen = -1;
    long slack = Long.MAX_VALUE;
    for (int k = 0; k < n; k++) {
      int p = placed[k];
      if (!problem.meet(b, p)) {
        continue;
      }
      long room = offsets[p] - floor - problem.sizes[b];
      if (room >= 0 && room < slack) {
        chosen = floor;
        slack = room;
        if (!tightest) {
          return chosen;
        }
      }
      floor = Math.max(floor, offsets[p] + problem.sizes[p]);
    }
    return chosen >= 0 ? chosen : floor;
  }

  private static void insertByOffset(int b, int[] placed, int n, long[] offsets) {
    int k = n;
    while (k > 0 && offsets[placed[k - 1]] > offsets[b]) {
      placed[k] = placed[k - 1];
      k--;
    }
    placed[k] = b;
  }
}
