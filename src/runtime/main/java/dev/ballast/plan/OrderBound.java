package dev.ballast.plan;

import java.util.BitSet;

/**
 * What every order must hold at once. At a step live are the buffers that it touches, and those
 * that a step before it in every order wrote and a step after it in every order reads.
 */
final class OrderBound {
  /** Beyond this many steps the closure's bits are too many: then only touched buffers count. */
  private static final int MAX_STEPS = 12_000;

  private final OrderProblem problem;
  private final long[] forced;

  private OrderBound(OrderProblem problem) {
    this.problem = problem;
    this.forced = new long[problem.steps()];
  }

  /** The largest of what single steps force: no order has a lower peak. */
  static long of(OrderProblem problem) {
    OrderBound b = new OrderBound(problem);
    BitSet[] after = null;
    BitSet[] before = null;
    if (problem.steps() <= MAX_STEPS) {
      after = closure(problem.after(), problem.before());
      before = closure(problem.before(), problem.after());
      b.addCrossing(before, after);
    }
    long most = 0;
    for (int s = 0; s < problem.steps(); s++) {
      most = Math.max(most, b.forced[s] + b.own(s, after));
    }
    return most;
  }

  /** For each step all that are reachable over {@code next}, itself included. */
  static BitSet[] closure(int[][] next, int[][] previous) {
    int n = next.length;
    BitSet[] reach = new BitSet[n];
    int[] left = new int[n];
    int[] queue = new int[n];
    int tail = 0;
    for (int s = 0; s < n; s++) {
      left[s] = next[s].length;
      if (left[s] == 0) {
        queue[tail++] = s;
      }
    }
    for (int head = 0; head < tail; head++) {
      int s = queue[head];
      reach[s] = new BitSet(n);
      reach[s].set(s);
      for (int t : next[s]) {
        reach[s].or(reach[t]);
      }
      for (int p : previous[s]) {
        if (--left[p] == 0) {
          queue[tail++] = p;
        }
      }
    }
    return reach;
  }

  /** A buffer crosses a step that lies on a way from one of its touchers to another. */
  private void addCrossing(BitSet[] before, BitSet[] after) {
    int n = problem.steps();
    for (int b = 0; b < problem.sizes().length; b++) {
      BitSet born = new BitSet(n);
      BitSet needed = new BitSet(n);
      for (int t : problem.touchers()[b]) {
        born.or(after[t]);
        needed.or(before[t]);
      }
      born.and(needed);
      for (int t : problem.touchers()[b]) {
        born.clear(t);
      }
      for (int s = born.nextSetBit(0); s >= 0; s = born.nextSetBit(s + 1)) {
        forced[s] += problem.sizes()[b];
      }
    }
  }

  /** What the step touches, less what it may write over. */
  private long own(int step, BitSet[] after) {
    long bytes = problem.workspaces()[step];
    for (int b : problem.touches()[step]) {
      bytes += problem.sizes()[b];
    }
    for (int[] row : problem.handovers()[step]) {
      boolean possible = false;
      for (int i = 1; i < row.length; i++) {
        possible |= mayEnd(row[i], step, after);
      }
      bytes -= possible ? problem.sizes()[row[0]] : 0;
    }
    return bytes;
  }

  private boolean mayEnd(int buffer, int step, BitSet[] after) {
    if (after == null) {
      return true;
    }
    for (int t : problem.touchers()[buffer]) {
      if (t != step && after[step].get(t)) {
        return false;
      }
    }
    return true;
  }
}
