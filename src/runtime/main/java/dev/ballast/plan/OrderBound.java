package dev.ballast.plan;

import java.util.BitSet;

/**
 * What every order must hold at once. At a step live are the buffers that it touches, and those
 * that a step before it in every order wrote and a step after it in every order reads.
 */
final class OrderBound {
  private OrderBound() {}

  /** The largest of what single steps touch, where the rest would take too long. */
  static long ofTouched(OrderProblem problem) {
    long most = 0;
    for (int s = 0; s < problem.steps(); s++) {
      long bytes = touched(problem, s);
      for (int[] row : problem.handovers()[s]) {
        bytes -= problem.sizes()[row[0]];
      }
      most = Math.max(most, bytes);
    }
    return most;
  }

  /** The largest of what single steps force: no order has a lower peak. */
  static long of(OrderProblem problem, OrderReach reach) {
    long[] forced = new long[problem.steps()];
    for (int b = 0; b < problem.sizes().length; b++) {
      addCrossing(problem, reach, b, forced);
    }
    long most = 0;
    for (int s = 0; s < problem.steps(); s++) {
      most = Math.max(most, forced[s] + own(problem, reach, s));
    }
    return most;
  }

  /** A buffer crosses a step that lies on a way from one of its touchers to another. */
  private static void addCrossing(OrderProblem problem, OrderReach reach, int b, long[] forced) {
    BitSet between = new BitSet(problem.steps());
    BitSet needed = new BitSet(problem.steps());
    for (int t : problem.touchers()[b]) {
      between.or(reach.after[t]);
      needed.or(reach.before[t]);
    }
    between.and(needed);
    for (int t : problem.touchers()[b]) {
      between.clear(t);
    }
    for (int s = between.nextSetBit(0); s >= 0; s = between.nextSetBit(s + 1)) {
      forced[s] += problem.sizes()[b];
    }
  }

  private static long touched(OrderProblem problem, int step) {
    long bytes = problem.workspaces()[step];
    for (int b : problem.touches()[step]) {
      bytes += problem.sizes()[b];
    }
    return bytes;
  }

  /** What the step touches, less what it may write over. */
  private static long own(OrderProblem problem, OrderReach reach, int step) {
    long bytes = touched(problem, step);
    for (int[] row : problem.handovers()[step]) {
      boolean possible = false;
      for (int i = 1; i < row.length; i++) {
        possible |= reach.mayEnd(row[i], step);
      }
      bytes -= possible ? problem.sizes()[row[0]] : 0;
    }
    return bytes;
  }
}
