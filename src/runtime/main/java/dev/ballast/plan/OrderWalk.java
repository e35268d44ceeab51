package dev.ballast.plan;

import java.util.BitSet;

/** A walk from choice to choice: each runs the steps it asks for and then itself. */
final class OrderWalk {
  private final OrderDemand demand;
  private final OrderTape tape;
  private final int[] pending;
  private final BitSet ready = new BitSet();
  private final int[] chosen;
  private final int[] doneBefore;
  private int depth;
  private long after;
  private int choicesLeft;

  /**
   * @param allowed the steps that may be chosen; those on demand are never
   */
  OrderWalk(OrderProblem problem, OrderDemand demand, BitSet allowed) {
    int n = problem.steps();
    this.demand = demand;
    this.tape = new OrderTape(problem, false);
    this.pending = new int[n];
    this.chosen = new int[n];
    this.doneBefore = new int[n];
    for (int s = allowed.nextSetBit(0); s >= 0; s = allowed.nextSetBit(s + 1)) {
      if (!demand.onDemand[s]) {
        pending[s] = demand.waits[s].length;
        ready.set(s, pending[s] == 0);
        choicesLeft++;
      } else {
        pending[s] = Integer.MAX_VALUE;
      }
    }
    for (int s = allowed.nextClearBit(0); s < n; s = allowed.nextClearBit(s + 1)) {
      pending[s] = Integer.MAX_VALUE;
    }
  }

  OrderTape tape() {
    return tape;
  }

  /** How many choices were made. */
  int depth() {
    return depth;
  }

  boolean isComplete() {
    return choicesLeft == 0;
  }

  int nextReady(int from) {
    return ready.nextSetBit(from);
  }

  boolean isReady(int step) {
    return ready.get(step);
  }

  /** The highest load on the way, were this chosen; {@link #after} tells what would be live. */
  long peek(int step) {
    if (tape.isReady(step)) {
      long load = tape.peek(step);
      after = tape.after();
      return load;
    }
    int before = tape.doneCount();
    long load = runAll(step);
    after = tape.live();
    undoTo(before);
    return load;
  }

  long after() {
    return after;
  }

  long choose(int step) {
    chosen[depth] = step;
    doneBefore[depth++] = tape.doneCount();
    long load = runAll(step);
    ready.clear(step);
    choicesLeft--;
    for (int s : demand.enables[step]) {
      if (--pending[s] == 0) {
        ready.set(s);
      }
    }
    return load;
  }

  /** Takes the last choice back. */
  void undo() {
    int step = chosen[--depth];
    for (int s : demand.enables[step]) {
      if (pending[s]++ == 0) {
        ready.clear(s);
      }
    }
    ready.set(step);
    choicesLeft++;
    undoTo(doneBefore[depth]);
  }

  private long runAll(int step) {
    long most = 0;
    for (int s : demand.withDemanded(step, tape)) {
      most = Math.max(most, tape.run(s));
    }
    return most;
  }

  private void undoTo(int done) {
    while (tape.doneCount() > done) {
      tape.undo();
    }
  }
}
