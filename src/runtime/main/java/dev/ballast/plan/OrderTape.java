package dev.ballast.plan;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Steps run one after the other on an {@link OrderProblem}, and taken back: who is ready, what is
 * live. Forward in time, or backward.
 */
final class OrderTape {
  private final OrderProblem problem;
  private final boolean backward;
  private final int[][] enables;
  private final int[] pending;
  private final int[] left;
  private final BitSet ready = new BitSet();
  private final boolean[] isDone;
  private final int[] done;
  private int doneCount;
  private final long[] lives;
  private long live;
  private long after;
  private final int[] taken = new int[64];

  /** Touches counted so far: what a search's work is limited by. */
  private long work;

  OrderTape(OrderProblem problem, boolean backward) {
    this.problem = problem;
    this.backward = backward;
    this.enables = backward ? problem.before() : problem.after();
    int[][] waits = backward ? problem.after() : problem.before();
    int n = problem.steps();
    this.pending = Arrays.stream(waits).mapToInt(w -> w.length).toArray();
    this.left = Arrays.stream(problem.touchers()).mapToInt(t -> t.length).toArray();
    this.isDone = new boolean[n];
    this.done = new int[n];
    this.lives = new long[n];
    for (int s = 0; s < n; s++) {
      ready.set(s, pending[s] == 0);
    }
  }

  int doneCount() {
    return doneCount;
  }

  int[] order() {
    return Arrays.copyOf(done, doneCount);
  }

  boolean isDone(int step) {
    return isDone[step];
  }

  boolean isReady(int step) {
    return ready.get(step);
  }

  /** A copy of the set of steps done. */
  BitSet doneSet() {
    BitSet set = new BitSet(isDone.length);
    for (int i = 0; i < doneCount; i++) {
      set.set(done[i]);
    }
    work += doneCount / 8 + 1;
    return set;
  }

  /** The lowest step from {@code from} on that may run next, or −1. */
  int nextReady(int from) {
    return ready.nextSetBit(from);
  }

  /** Bytes live now, between two steps. */
  long live() {
    return live;
  }

  long work() {
    return work;
  }

  /** The load while the step runs, were it next; {@link #after} tells what would be live then. */
  long peek(int step) {
    int[] touched = problem.touches()[step];
    work += touched.length + 1;
    long born = 0;
    long dead = 0;
    for (int b : touched) {
      born += isStarted(b) ? 0 : problem.sizes()[b];
      dead += left[b] == 1 ? problem.sizes()[b] : 0;
    }
    long shared = problem.handovers()[step].length == 0 ? 0 : shared(step);
    long load = live + born - shared + problem.workspaces()[step];
    after = live + born - dead;
    return load;
  }

  /** What would be live after the step last looked at. */
  long after() {
    return after;
  }

  private boolean isStarted(int buffer) {
    return left[buffer] < problem.touchers()[buffer].length;
  }

  /** Bytes counted once though they are of a result and of the input it replaces. */
  private long shared(int step) {
    long shared = 0;
    int count = 0;
    for (int[] row : problem.handovers()[step]) {
      int r = row[0];
      if (backward ? left[r] != 1 : isStarted(r)) {
        continue;
      }
      for (int i = 1; i < row.length; i++) {
        int x = row[i];
        boolean ends = backward ? !isStarted(x) : left[x] == 1;
        if (ends && !isTaken(x, count)) {
          taken[count++] = x;
          shared += problem.sizes()[r];
          break;
        }
      }
    }
    return shared;
  }

  private boolean isTaken(int x, int count) {
    for (int i = 0; i < count; i++) {
      if (taken[i] == x) {
        return true;
      }
    }
    return false;
  }

  /** Runs a step that is ready; returns the load meanwhile. */
  long run(int step) {
    if (!ready.get(step)) {
      throw new IllegalStateException("step " + step + " is not ready");
    }
    long load = peek(step);
    lives[doneCount] = live;
    done[doneCount++] = step;
    live = after;
    for (int b : problem.touches()[step]) {
      left[b]--;
    }
    isDone[step] = true;
    ready.clear(step);
    for (int s : enables[step]) {
      if (--pending[s] == 0) {
        ready.set(s);
      }
    }
    work += enables[step].length;
    return load;
  }

  /** Takes the last step back. */
  void undo() {
    int step = done[--doneCount];
    live = lives[doneCount];
    for (int s : enables[step]) {
      if (pending[s]++ == 0) {
        ready.clear(s);
      }
    }
    isDone[step] = false;
    ready.set(step);
    for (int b : problem.touches()[step]) {
      left[b]++;
    }
  }
}
