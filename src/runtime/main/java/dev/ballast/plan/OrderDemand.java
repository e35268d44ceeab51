package dev.ballast.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Leaves to a search only the steps that it has to decide on. A step that can't but add to what is
 * live, whenever it runs, may as well wait until something asks for its result: it never lowers a
 * load, and run right before its first user it has no higher load than that. So such steps run on
 * demand, and only the others are chosen among. In a training step the whole forward pass is on
 * demand.
 */
final class OrderDemand {
  /** Where there are more dependencies between the chosen than this, nothing is on demand. */
  private static final int MAX_EDGES = 1_000_000;

  private final OrderProblem problem;

  /** Whether a step runs when it is asked for. */
  final boolean[] onDemand;

  /** For each chosen step the chosen ones that it waits for, and those that wait for it. */
  final int[][] waits;

  final int[][] enables;

  OrderDemand(OrderProblem problem, OrderReach reach) {
    this.problem = problem;
    boolean[] adding = new boolean[problem.steps()];
    for (int s = 0; s < adding.length; s++) {
      adding[s] = onlyAdds(s, reach);
    }
    int[][] contracted = waits(adding);
    boolean few = Arrays.stream(contracted).mapToLong(w -> w.length).sum() <= MAX_EDGES;
    this.onDemand = few ? adding : new boolean[problem.steps()];
    this.waits = few ? contracted : problem.before();
    this.enables = OrderProblem.inverse(waits, problem.steps());
  }

  private boolean onlyAdds(int step, OrderReach reach) {
    long born = 0;
    long ends = 0;
    int ending = -1;
    int endings = 0;
    for (int b : problem.touches()[step]) {
      boolean mayEnd = reach.mayEnd(b, step);
      boolean mustBegin = reach.mustBegin(b, step);
      if (mustBegin && mayEnd) {
        return false;
      }
      if (mustBegin) {
        born += problem.sizes()[b];
      } else if (mayEnd) {
        ends += problem.sizes()[b];
        ending = b;
        endings++;
      }
    }
    boolean inPlace = endings == 1 && isTakenOver(ending, step);
    return problem.after()[step].length > 0
        && problem.workspaces()[step] == 0
        && ends <= born
        && (endings == 0 || inPlace);
  }

  private boolean isTakenOver(int buffer, int step) {
    for (int[] row : problem.handovers()[step]) {
      for (int i = 1; i < row.length; i++) {
        if (row[i] == buffer && problem.sizes()[row[0]] == problem.sizes()[buffer]) {
          return true;
        }
      }
    }
    return false;
  }

  /** For each step the nearest steps before it that are not on demand. */
  private int[][] waits(boolean[] adding) {
    int n = problem.steps();
    BitSet[] chosen = new BitSet[n];
    int[][] waits = new int[n][];
    for (int s = 0; s < n; s++) {
      chosen[s] = new BitSet(n);
      for (int p : problem.before()[s]) {
        if (adding[p]) {
          chosen[s].or(chosen[p]);
        } else {
          chosen[s].set(p);
        }
      }
      waits[s] = adding[s] ? new int[0] : chosen[s].stream().toArray();
    }
    return waits;
  }

  /** The steps not yet done that a step asks for, and the step, in the given order. */
  int[] withDemanded(int step, OrderTape tape) {
    List<Integer> found = new ArrayList<>();
    BitSet seen = new BitSet(problem.steps());
    seen.set(step);
    found.add(step);
    for (int i = 0; i < found.size(); i++) {
      for (int p : problem.before()[found.get(i)]) {
        if (!tape.isDone(p) && !seen.get(p)) {
          seen.set(p);
          found.add(p);
        }
      }
    }
    return seen.stream().toArray();
  }
}
