package dev.ballast.plan;

import java.util.stream.IntStream;

/**
 * Improves an order at its peak: a buffer that is live there though the step does not touch it is
 * either born later, by moving those who write it, and all that hangs on them, behind the peak; or
 * it dies earlier, by moving those who still read it, and all that they wait for, before the peak.
 * Only the stretch between is simulated again. A move is kept where the stretch's highest load
 * falls, or stays and its sum falls.
 */
final class InsertionMoves {
  private final OrderProblem problem;
  private final int[] order;
  private final int[] at;
  private final long[] loads;
  private final long[] lives;
  private final int[] first;
  private final int[] last;
  private final int[] inStretch;
  private final int[] seen;
  private final boolean[] marked;
  private final int[] taken = new int[64];
  private int[] moved;
  private long[] movedLoads;
  private long[] movedLives;
  private long work;

  private InsertionMoves(OrderProblem problem, int[] order) {
    this.problem = problem;
    this.order = order.clone();
    int n = order.length;
    this.at = new int[n];
    this.loads = new long[n];
    this.lives = new long[n];
    this.first = new int[problem.sizes().length];
    this.last = new int[problem.sizes().length];
    this.inStretch = new int[problem.sizes().length];
    this.seen = new int[problem.sizes().length];
    this.marked = new boolean[n];
    this.moved = new int[n];
    this.movedLoads = new long[n];
    this.movedLives = new long[n];
    place(0, n - 1, order);
    simulate(0, n - 1, order);
    System.arraycopy(movedLoads, 0, loads, 0, n);
    System.arraycopy(movedLives, 0, lives, 0, n);
  }

  /**
   * @param goal a peak that nothing is below
   * @param maxWork touches to simulate at most
   */
  static int[] improve(OrderProblem problem, int[] order, long goal, long maxWork) {
    if (order.length == 0) {
      return order;
    }
    InsertionMoves m = new InsertionMoves(problem, order);
    boolean better = true;
    while (better && m.work < maxWork && m.loads[m.peakAt()] > goal) {
      better = m.moveAt(m.peakAt(), maxWork);
    }
    return m.order;
  }

  private int peakAt() {
    int peak = 0;
    for (int i = 1; i < loads.length; i++) {
      peak = loads[i] > loads[peak] ? i : peak;
    }
    return peak;
  }

  private boolean moveAt(int peak, long maxWork) {
    work += (loads.length + first.length) / 4;
    for (int b : crossing(peak)) {
      if (work > maxWork) {
        return false;
      }
      if (end(b, peak) || begin(b, peak)) {
        return true;
      }
    }
    return false;
  }

  /** Buffers that are live at a step that does not touch them, the largest first. */
  private int[] crossing(int peak) {
    boolean[] touched = new boolean[problem.sizes().length];
    for (int b : problem.touches()[order[peak]]) {
      touched[b] = true;
    }
    return IntStream.range(0, touched.length)
        .filter(b -> !touched[b] && first[b] < peak && last[b] > peak)
        .boxed()
        .sorted((a, b) -> Long.compare(problem.sizes()[b], problem.sizes()[a]))
        .mapToInt(i -> i)
        .toArray();
  }

  /** Moves the buffer's later touchers before the peak. */
  private boolean end(int buffer, int peak) {
    int hi = last[buffer];
    mark(buffer, peak, hi);
    for (int i = hi; i >= peak; i--) {
      if (marked[order[i]]) {
        for (int p : problem.before()[order[i]]) {
          marked[p] |= at[p] >= peak;
          work++;
        }
      }
    }
    return tryMove(peak, hi, !marked[order[peak]], true);
  }

  /** Moves the buffer's earlier touchers behind the peak. */
  private boolean begin(int buffer, int peak) {
    int lo = first[buffer];
    mark(buffer, lo, peak);
    for (int i = lo; i <= peak; i++) {
      if (marked[order[i]]) {
        for (int s : problem.after()[order[i]]) {
          marked[s] |= at[s] <= peak;
          work++;
        }
      }
    }
    return tryMove(lo, peak, !marked[order[peak]], false);
  }

  private void mark(int buffer, int lo, int hi) {
    for (int t : problem.touchers()[buffer]) {
      marked[t] = at[t] >= lo && at[t] <= hi;
    }
  }

  /** Marked steps go to the front of the stretch, or to its back. */
  private boolean tryMove(int lo, int hi, boolean possible, boolean toFront) {
    int k = 0;
    for (boolean pass : new boolean[] {toFront, !toFront}) {
      for (int i = lo; i <= hi; i++) {
        if (marked[order[i]] == pass) {
          moved[k++] = order[i];
        }
      }
    }
    for (int i = lo; i <= hi; i++) {
      marked[order[i]] = false;
    }
    if (!possible) {
      return false;
    }
    simulate(lo, hi, moved);
    if (!isBetter(lo, hi)) {
      return false;
    }
    System.arraycopy(movedLoads, 0, loads, lo, hi - lo + 1);
    System.arraycopy(movedLives, 0, lives, lo, hi - lo + 1);
    System.arraycopy(moved, 0, order, lo, hi - lo + 1);
    place(lo, hi, moved);
    return true;
  }

  private boolean isBetter(int lo, int hi) {
    long before = 0;
    long after = 0;
    long sum = 0;
    for (int i = lo; i <= hi; i++) {
      before = Math.max(before, loads[i]);
      after = Math.max(after, movedLoads[i - lo]);
      sum += movedLoads[i - lo] - loads[i];
    }
    return after < before || after == before && sum < 0;
  }

  /** The stretch's steps stand as given: where they are, and where buffers begin and end. */
  private void place(int lo, int hi, int[] stretch) {
    for (int i = lo; i <= hi; i++) {
      at[stretch[i - lo]] = i;
    }
    for (int i = lo; i <= hi; i++) {
      for (int b : problem.touches()[stretch[i - lo]]) {
        int from = Integer.MAX_VALUE;
        int to = 0;
        for (int t : problem.touchers()[b]) {
          from = Math.min(from, at[t]);
          to = Math.max(to, at[t]);
        }
        first[b] = from;
        last[b] = to;
      }
    }
  }

  /** Loads of the stretch with its steps in another order; the rest stays as it is. */
  private void simulate(int lo, int hi, int[] stretch) {
    for (int i = lo; i <= hi; i++) {
      for (int b : problem.touches()[stretch[i - lo]]) {
        inStretch[b] = 0;
        seen[b] = 0;
      }
    }
    for (int i = lo; i <= hi; i++) {
      for (int b : problem.touches()[stretch[i - lo]]) {
        inStretch[b]++;
        work += 2;
      }
    }
    long live = lo == 0 ? 0 : lives[lo - 1];
    for (int i = lo; i <= hi; i++) {
      int step = stretch[i - lo];
      long born = 0;
      long dead = 0;
      for (int b : problem.touches()[step]) {
        born += starts(b, lo) ? problem.sizes()[b] : 0;
        dead += ends(b, hi) ? problem.sizes()[b] : 0;
      }
      movedLoads[i - lo] = live + born - shared(step, lo, hi) + problem.workspaces()[step];
      live += born - dead;
      movedLives[i - lo] = live;
      for (int b : problem.touches()[step]) {
        seen[b]++;
      }
    }
  }

  private boolean starts(int b, int lo) {
    return seen[b] == 0 && first[b] >= lo;
  }

  private boolean ends(int b, int hi) {
    return seen[b] + 1 == inStretch[b] && last[b] <= hi;
  }

  private long shared(int step, int lo, int hi) {
    long shared = 0;
    int count = 0;
    for (int[] row : problem.handovers()[step]) {
      if (!starts(row[0], lo)) {
        continue;
      }
      for (int i = 1; i < row.length; i++) {
        if (ends(row[i], hi) && !isTaken(row[i], count)) {
          taken[count++] = row[i];
          shared += problem.sizes()[row[0]];
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
}
