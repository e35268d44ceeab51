package dev.ballast.plan;

import java.util.ArrayList;
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
 * <p>States are sets of steps done. Four rules keep them few; each only leaves out states that
 * another covers:
 *
 * <ul>
 *   <li>Steps that can only add to what is live run when they are asked for; see {@link
 *       OrderDemand}.
 *   <li>Where one choice, followed by choices that each wait for the one before, leads to a state
 *       with no more live than now and passes the bound nowhere, they are made at once: what any
 *       order does in between, it can do later at no higher load. (Live bytes are a submodular
 *       function of the steps done, and the state is the least on its chain; Liu 1987 shows it for
 *       trees.)
 *   <li>The same holds backward in time, from the end.
 *   <li>Where everything passes through one step, what came before is settled.
 * </ul>
 *
 * On chains, forks that join again, and narrow graphs it ends at once; elsewhere the work is
 * limited by counted touches.
 */
final class ExactOrder {
  /** How far one choice is followed in search of a state with no more live. */
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
    final int depth;
    final int[] ways;
    int next;

    Fork(int depth, int[] ways) {
      this.depth = depth;
      this.ways = ways;
    }
  }

  private final OrderProblem problem;
  private final OrderDemand demand;
  private final boolean[] settling;
  private long maxWork;
  private long spent;
  private OrderWalk walk;
  private long bound;
  private long nextBound;

  ExactOrder(OrderProblem problem, OrderReach reach) {
    this.problem = problem;
    this.demand = new OrderDemand(problem, reach);
    this.settling = settling(reach);
  }

  /**
   * @param lower a peak that nothing is below
   * @param known the peak of an order at hand
   */
  Result search(long lower, long known, long work) {
    limitWork(work);
    bound = lower;
    while (bound < known) {
      List<Integer> suffix = suffix();
      Verdict v = decide(suffix);
      if (v == Verdict.POSSIBLE) {
        return new Result(Optional.of(finished(suffix)), bound);
      }
      if (v == Verdict.UNKNOWN) {
        return new Result(Optional.empty(), bound);
      }
      bound = Math.min(nextBound, known);
    }
    return new Result(Optional.empty(), known);
  }

  /** An order with no peak above the given one, if the search comes upon it. */
  Optional<int[]> attempt(long peak, long work) {
    limitWork(work);
    bound = peak;
    List<Integer> suffix = suffix();
    return decide(suffix) == Verdict.POSSIBLE ? Optional.of(finished(suffix)) : Optional.empty();
  }

  private void limitWork(long work) {
    spent = 0;
    maxWork = work;
  }

  /** What was walked, then what nobody asked for, then the suffix. */
  private int[] finished(List<Integer> suffix) {
    List<Integer> order = new ArrayList<>();
    for (int s : walk.tape().order()) {
      order.add(s);
    }
    BitSet there = new BitSet();
    order.forEach(there::set);
    suffix.forEach(there::set);
    for (int s = 0; s < problem.steps(); s++) {
      if (!there.get(s)) {
        order.add(s);
      }
    }
    order.addAll(suffix.reversed());
    return order.stream().mapToInt(i -> i).toArray();
  }

  /** Whether a number of steps done leaves no choice which: a step stands there that all pass. */
  private boolean[] settling(OrderReach reach) {
    int n = problem.steps();
    boolean[] settling = new boolean[n + 1];
    for (int s = 0; s < n; s++) {
      int earlier = reach.before[s].cardinality();
      settling[earlier] |= earlier + reach.after[s].cardinality() == n + 1;
    }
    return settling;
  }

  /** What may come last, the very last first: chains that lead down, backward in time. */
  private List<Integer> suffix() {
    OrderTape tape = new OrderTape(problem, true);
    boolean further = true;
    while (further) {
      further = false;
      for (int s = tape.nextReady(0); s >= 0 && !further; s = tape.nextReady(s + 1)) {
        further = goDown(tape, s) && spent + tape.work() < maxWork;
      }
    }
    spent += tape.work();
    List<Integer> suffix = new ArrayList<>();
    for (int s : tape.order()) {
      suffix.add(s);
    }
    return suffix;
  }

  private boolean goDown(OrderTape tape, int first) {
    long here = tape.live();
    int done = tape.doneCount();
    int step = first;
    while (step >= 0 && tape.peek(step) <= bound && tape.doneCount() - done < MAX_FOLLOWED) {
      tape.run(step);
      if (tape.live() <= here) {
        return true;
      }
      int next = -1;
      long least = Long.MAX_VALUE;
      for (int s : problem.before()[step]) {
        if (tape.isReady(s) && tape.peek(s) <= bound && tape.after() < least) {
          next = s;
          least = tape.after();
        }
      }
      step = next;
    }
    while (tape.doneCount() > done) {
      tape.undo();
    }
    return false;
  }

  private Verdict decide(List<Integer> suffix) {
    Verdict v = walkOn(suffix);
    spent += walk.tape().work();
    return v;
  }

  private Verdict walkOn(List<Integer> suffix) {
    nextBound = Long.MAX_VALUE;
    BitSet allowed = new BitSet();
    allowed.set(0, problem.steps());
    suffix.forEach(allowed::clear);
    walk = new OrderWalk(problem, demand, allowed);
    List<Fork> forks = new ArrayList<>();
    Set<BitSet> seen = new HashSet<>();
    while (true) {
      while (goDown()) {
        continue;
      }
      if (walk.isComplete()) {
        return restFits(suffix) ? Verdict.POSSIBLE : Verdict.IMPOSSIBLE;
      }
      if (spent + walk.tape().work() > maxWork || seen.size() > MAX_STATES) {
        return Verdict.UNKNOWN;
      }
      if (settling[walk.tape().doneCount()]) {
        forks.clear();
        seen.clear();
      }
      if (seen.add(walk.tape().doneSet())) {
        forks.add(new Fork(walk.depth(), ways()));
      }
      while (!forks.isEmpty() && forks.getLast().next == forks.getLast().ways.length) {
        forks.removeLast();
      }
      if (forks.isEmpty()) {
        return Verdict.IMPOSSIBLE;
      }
      Fork f = forks.getLast();
      undoTo(f.depth);
      walk.choose(f.ways[f.next++]);
    }
  }

  /** All choices made there is one state left, so what nobody asked for fits or never will. */
  private boolean restFits(List<Integer> suffix) {
    long most = problem.peak(finished(suffix));
    if (most > bound) {
      nextBound = Math.min(nextBound, most);
    }
    return most <= bound;
  }

  private void undoTo(int depth) {
    while (walk.depth() > depth) {
      walk.undo();
    }
  }

  /** The choices within the bound, the one that leaves the least live first. */
  private int[] ways() {
    record Way(int step, long after) {}
    List<Way> ways = new ArrayList<>();
    for (int s = walk.nextReady(0); s >= 0; s = walk.nextReady(s + 1)) {
      if (fits(s)) {
        ways.add(new Way(s, walk.after()));
      }
    }
    ways.sort((a, b) -> Long.compare(a.after(), b.after()));
    return ways.stream().mapToInt(Way::step).toArray();
  }

  private boolean fits(int step) {
    long load = walk.peek(step);
    if (load > bound) {
      nextBound = Math.min(nextBound, load);
    }
    return load <= bound;
  }

  /** Goes on to a state with no more live than here, if following one of the choices does. */
  private boolean goDown() {
    for (int first = walk.nextReady(0); first >= 0; first = walk.nextReady(first + 1)) {
      if (goDown(first)) {
        return true;
      }
      if (spent + walk.tape().work() > maxWork) {
        return false;
      }
    }
    return false;
  }

  private boolean goDown(int first) {
    long here = walk.tape().live();
    int depth = walk.depth();
    int step = first;
    while (step >= 0 && fits(step) && walk.depth() - depth < MAX_FOLLOWED) {
      walk.choose(step);
      if (walk.tape().live() <= here) {
        return true;
      }
      int next = -1;
      long least = Long.MAX_VALUE;
      for (int s : demand.enables[step]) {
        if (walk.isReady(s) && fits(s) && walk.after() < least) {
          next = s;
          least = walk.after();
        }
      }
      step = next;
    }
    undoTo(depth);
    return false;
  }
}
