package dev.ballast.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for an order with no peak above a bound, at first the lower bound; where there is none, for
 * one at the next load that stood in the way. So what it finds is optimal, and where it gives up,
 * the last bound tried is proven.
 *
 * <p>States are sets of steps done. Three rules keep them few; each only leaves out states that
 * another covers:
 *
 * <ul>
 *   <li>Where one step, followed by steps that each wait for the one before, leads to a state with
 *       no more live than now and passes the bound nowhere, they run at once: what any order does
 *       in between, it can do later at no higher load. (Live bytes are a submodular function of the
 *       steps done, and the state is the least on its chain; Liu 1987 shows it for trees.)
 *   <li>The same holds backward in time, from the end.
 *   <li>Where everything passes through one step, what came before is settled.
 * </ul>
 *
 * On chains, forks that join again, and narrow graphs it ends at once; elsewhere the work is
 * limited by counted touches.
 */
final class ExactOrder {
  /** How far one step is followed in search of a state with no more live. */
  private static final int MAX_FOLLOWED = 48;

  private static final int MAX_STATES = 30_000;

  /**
   * @param order an optimal order, where one was found below the known peak
   * @param bound no order has a lower peak
   */
  record Result(Optional<int[]> order, long bound) {}

  private enum Verdict {
    POSSIBLE,
    IMPOSSIBLE,
    UNKNOWN
  }

  /** A state with several ways on. */
  private static final class Fork {
    final int stepsBefore;
    final int[] ways;
    int next;

    Fork(int stepsBefore, int[] ways) {
      this.stepsBefore = stepsBefore;
      this.ways = ways;
    }
  }

  private final OrderProblem problem;
  private final long maxWork;
  private final boolean[] settling;
  private long spent;
  private OrderTape tape;
  private boolean[] inSuffix;
  private long bound;
  private long nextBound;

  private ExactOrder(OrderProblem problem, long maxWork) {
    this.problem = problem;
    this.maxWork = maxWork;
    this.settling = settling();
  }

  /**
   * @param lower a peak that nothing is below
   * @param known the peak of an order at hand
   */
  static Result search(OrderProblem problem, long lower, long known, long maxWork) {
    ExactOrder e = new ExactOrder(problem, maxWork);
    e.bound = lower;
    while (e.bound < known) {
      e.nextBound = Long.MAX_VALUE;
      List<Integer> suffix = e.suffix();
      Verdict v = e.decide(problem.steps() - suffix.size());
      e.spent += e.tape.work();
      if (v == Verdict.POSSIBLE) {
        int[] order = Arrays.copyOf(e.tape.order(), problem.steps());
        for (int i = 0; i < suffix.size(); i++) {
          order[order.length - 1 - i] = suffix.get(i);
        }
        return new Result(Optional.of(order), e.bound);
      }
      if (v == Verdict.UNKNOWN) {
        return new Result(Optional.empty(), e.bound);
      }
      e.bound = Math.min(e.nextBound, known);
    }
    return new Result(Optional.empty(), known);
  }

  /** Whether a number of steps done leaves no choice which: a step stands there that all pass. */
  private boolean[] settling() {
    int n = problem.steps();
    boolean[] settling = new boolean[n + 1];
    BitSet[] after = OrderBound.closure(problem.after(), problem.before());
    BitSet[] before = OrderBound.closure(problem.before(), problem.after());
    for (int s = 0; s < n; s++) {
      int earlier = before[s].cardinality();
      settling[earlier] |= earlier + after[s].cardinality() == n + 1;
    }
    return settling;
  }

  /** What may come last, the very last first. */
  private List<Integer> suffix() {
    inSuffix = new boolean[problem.steps()];
    tape = new OrderTape(problem, true);
    while (goDown(true)) {
      continue;
    }
    spent += tape.work();
    List<Integer> suffix = new ArrayList<>();
    for (int s : tape.order()) {
      suffix.add(s);
      inSuffix[s] = true;
    }
    return suffix;
  }

  private Verdict decide(int goal) {
    tape = new OrderTape(problem, false);
    List<Fork> forks = new ArrayList<>();
    Set<BitSet> seen = new HashSet<>();
    while (true) {
      while (goDown(false)) {
        continue;
      }
      if (tape.doneCount() == goal) {
        return Verdict.POSSIBLE;
      }
      if (spent + tape.work() > maxWork || seen.size() > MAX_STATES) {
        return Verdict.UNKNOWN;
      }
      if (settling[tape.doneCount()]) {
        forks.clear();
        seen.clear();
      }
      if (seen.add(done())) {
        forks.add(new Fork(tape.doneCount(), ways()));
      }
      while (!forks.isEmpty() && forks.getLast().next == forks.getLast().ways.length) {
        forks.removeLast();
      }
      if (forks.isEmpty()) {
        return Verdict.IMPOSSIBLE;
      }
      Fork f = forks.getLast();
      undoTo(f.stepsBefore);
      tape.run(f.ways[f.next++]);
    }
  }

  private BitSet done() {
    BitSet done = new BitSet(problem.steps());
    for (int s : tape.order()) {
      done.set(s);
    }
    return done;
  }

  private void undoTo(int steps) {
    while (tape.doneCount() > steps) {
      tape.undo();
    }
  }

  /** The ready steps within the bound, the one that leaves the least live first. */
  private int[] ways() {
    record Way(int step, long after) {}
    List<Way> ways = new ArrayList<>();
    for (int s : tape.ready()) {
      if (!inSuffix[s] && fits(s)) {
        ways.add(new Way(s, tape.after()));
      }
    }
    ways.sort((a, b) -> Long.compare(a.after(), b.after()));
    return ways.stream().mapToInt(Way::step).toArray();
  }

  private boolean fits(int step) {
    long load = tape.peek(step);
    if (load > bound) {
      nextBound = Math.min(nextBound, load);
    }
    return load <= bound;
  }

  /** Goes on to a state with no more live than here, if following one of the ready steps does. */
  private boolean goDown(boolean backward) {
    long here = tape.live();
    int done = tape.doneCount();
    for (int first : tape.ready()) {
      if (backward || !inSuffix[first]) {
        int step = first;
        while (step >= 0 && fits(step) && tape.doneCount() - done < MAX_FOLLOWED) {
          int[] ready = tape.ready();
          tape.run(step);
          if (tape.live() <= here) {
            return true;
          }
          step = follower(ready, backward);
        }
        undoTo(done);
      }
      if (spent + tape.work() > maxWork) {
        return false;
      }
    }
    return false;
  }

  /** Of the steps that have become ready the one that leaves the least live, or −1. */
  private int follower(int[] readyBefore, boolean backward) {
    int best = -1;
    long least = Long.MAX_VALUE;
    for (int s : tape.ready()) {
      boolean isNew = Arrays.binarySearch(readyBefore, s) < 0;
      if (isNew && (backward || !inSuffix[s]) && fits(s) && tape.after() < least) {
        best = s;
        least = tape.after();
      }
    }
    return best;
  }
}
