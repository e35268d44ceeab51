package dev.ballast.plan;

import java.util.Arrays;

/**
 * Decides whether buffers fit a capacity, by depth-first search.
 *
 * <p>Of all solutions it looks for one whose sum of offsets is the smallest. There every buffer
 * stands on another or on the ground, so it can be built by placing buffers in the order of
 * (offset, rank), each on the top of what it meets: the offsets follow from the order, and only
 * orders are searched. {@link Propagation} cuts what can't lead to such a solution. Where no buffer
 * that waits spans a moment, the times before and after it are searched apart, and one failure
 * settles both.
 *
 * <p>The idea is MiniMalloc's (Moffitt, ASPLOS 2023): canonical solutions, inference over sections,
 * dominance and decomposition. The lower bounds that stay with a subtree, the stacking test by
 * release offsets, and the rule of the first in a section come from one-machine scheduling.
 */
final class CanonicalSearch {
  private final SearchState state;
  private final Waiting waiting;
  private final Propagation propagation;
  private final Ledger ledger;
  private final int[] cross;
  private boolean stopped;

  /**
   * @param order ranks: at the same offset, who is tried first
   */
  CanonicalSearch(Sections sections, int[] order, long capacity, Ledger ledger) {
    this.ledger = ledger;
    state = new SearchState(sections, order);
    waiting = new Waiting(order.length);
    propagation = new Propagation(state, waiting, capacity);
    cross = new int[sections.width() + 1];
  }

  /** Searches until the ledger ends it. To be called once. */
  Outcome run() {
    boolean found = search(0, state.count, 0, -1);
    return found ? Outcome.FOUND : stopped ? Outcome.STOPPED : Outcome.EXHAUSTED;
  }

  /** The solution found, by the buffers' own numbers. */
  long[] offsets() {
    return state.offsets();
  }

  private boolean search(int start, int end, long floor, int last) {
    if (!ledger.count()) {
      stopped = true;
      return false;
    }
    int trailMark = state.trailMark();
    int doneMark = state.doneMark();
    int n = propagation.run(start, end, floor, last);
    if (n >= 0 && (n == start || split(start, n, floor, last))) {
      return true;
    }
    state.undo(trailMark, doneMark);
    return false;
  }

  private boolean split(int start, int end, long floor, int last) {
    int parts = parts(start, end);
    if (parts == 1) {
      return branch(start, end, floor, last);
    }
    int[] ends = waiting.group(start, end, cross, parts, state.low);
    for (int p = 0; p < parts; p++) {
      int n = ends[p + 1] - ends[p];
      waiting.push(start + ends[p], end, n);
      if (n > 0 && !search(end, end + n, floor, last)) {
        return false;
      }
    }
    return true;
  }

  /** Leaves in {@code cross}, by section, the part of time that it belongs to. */
  private int parts(int start, int end) {
    int from = state.width;
    int to = 0;
    for (int i = start; i < end; i++) {
      from = Math.min(from, state.low[waiting.buffer[i]]);
      to = Math.max(to, state.high[waiting.buffer[i]]);
    }
    Arrays.fill(cross, from, to + 1, 0);
    for (int i = start; i < end; i++) {
      cross[state.low[waiting.buffer[i]] + 1]++;
      cross[state.high[waiting.buffer[i]]]--;
    }
    int parts = 1;
    int spanning = 0;
    for (int s = from + 1; s < to; s++) {
      spanning += cross[s];
      parts += spanning == 0 ? 1 : 0;
      cross[s] = parts - 1;
    }
    cross[from] = 0;
    return parts;
  }

  private boolean branch(int start, int end, long floor, int last) {
    long lowestTop = Long.MAX_VALUE;
    for (int i = start; i < end; i++) {
      lowestTop = Math.min(lowestTop, state.top(waiting.buffer[i]));
    }
    for (int i = start; i < end; i++) {
      int b = waiting.buffer[i];
      long at = state.offset[b];
      if (waiting.least[i] >= lowestTop) {
        // Whoever has the lowest top could come before this one and all that follow.
        return false;
      }
      if (waiting.least[i] == at && !state.waitsForTwin(b)) {
        int trailMark = state.trailMark();
        int doneMark = state.doneMark();
        waiting.pushWithout(i, start, end);
        state.place(b);
        if (search(end, end + end - start - 1, at, b)) {
          return true;
        }
        state.undo(trailMark, doneMark);
        if (stopped) {
          return false;
        }
      }
    }
    return false;
  }
}
