package dev.ballast.plan;

import java.util.BitSet;

/** Which steps come before and after each step in every order, itself included. */
final class OrderReach {
  /** Beyond this many steps the bits are too many. */
  static final int MAX_STEPS = 12_000;

  final BitSet[] before;
  final BitSet[] after;
  private final OrderProblem problem;

  OrderReach(OrderProblem problem) {
    this.problem = problem;
    this.before = closure(problem.before(), problem.after());
    this.after = closure(problem.after(), problem.before());
  }

  /** Whether some order lets a buffer end at a step that touches it. */
  boolean mayEnd(int buffer, int step) {
    for (int t : problem.touchers()[buffer]) {
      if (t != step && after[step].get(t)) {
        return false;
      }
    }
    return true;
  }

  /** Whether in every order a buffer begins at a step that touches it. */
  boolean mustBegin(int buffer, int step) {
    for (int t : problem.touchers()[buffer]) {
      if (!after[step].get(t)) {
        return false;
      }
    }
    return true;
  }

  private static BitSet[] closure(int[][] next, int[][] previous) {
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
}
