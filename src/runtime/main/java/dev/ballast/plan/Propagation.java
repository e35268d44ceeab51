package dev.ballast.plan;

import java.util.Arrays;

/**
 * What follows for the buffers that wait from what is placed and from the capacity. It keeps for
 * each the least offset it can have in a solution that can't be lowered, one whose sum of offsets
 * is the smallest, and gives up when that leaves no room.
 *
 * <ul>
 *   <li>Lift: a buffer passed over lies higher than where it could have been; it stands on one that
 *       waits.
 *   <li>Sections: in each, those whose least offsets are at or above one's own stack up from there,
 *       and must end below the capacity.
 *   <li>First: where a section is too full for anything to start before a certain buffer does, all
 *       others of that section lie above it.
 *   <li>Valley: if nothing that waits can lie below a buffer's top, it goes down now, and needs no
 *       alternative.
 * </ul>
 */
final class Propagation {
  private static final long NOTHING = Long.MAX_VALUE;

  private final SearchState state;
  private final Waiting waiting;
  private final long capacity;
  private final long[] least;
  private final long[] stacked;
  private final int[] lowest;
  private final long[] second;

  private int from;
  private int to;

  Propagation(SearchState state, Waiting waiting, long capacity) {
    this.state = state;
    this.waiting = waiting;
    this.capacity = capacity;
    least = new long[state.count];
    stacked = new long[state.width];
    lowest = new int[state.width];
    second = new long[state.width];
  }

  /**
   * Sharpens the list {@code [start, end)}, places what is forced, and returns the list's new end,
   * or −1 where there is no solution.
   *
   * @param floor the offset of the last placement chosen: none that follows is lower
   * @param last its rank: none that follows at the same offset has a lower one
   */
  int run(int start, int end, long floor, int last) {
    int n = end;
    while (true) {
      span(start, n);
      lift(start, n, floor, last);
      do {
        sort(start, n);
        if (!sectionsFit(start, n)) {
          return -1;
        }
      } while (raiseAboveFirst());
      int kept = force(start, n);
      for (int i = start; i < kept; i++) {
        waiting.least[i] = least[waiting.buffer[i]];
      }
      if (kept < 0 || kept == n) {
        return kept;
      }
      n = kept;
    }
  }

  private void span(int start, int end) {
    from = state.width;
    to = 0;
    for (int i = start; i < end; i++) {
      from = Math.min(from, state.low[waiting.buffer[i]]);
      to = Math.max(to, state.high[waiting.buffer[i]]);
    }
    from = Math.min(from, to);
  }

  private void lift(int start, int end, long floor, int last) {
    boolean passedOver = false;
    for (int i = start; i < end; i++) {
      int b = waiting.buffer[i];
      least[b] = Math.max(waiting.least[i], Math.max(state.offset[b], floor));
      passedOver |= isPassedOver(b, floor, last);
    }
    for (int i = start; passedOver && i < end; i++) {
      int b = waiting.buffer[i];
      if (isPassedOver(b, floor, last)) {
        // Half the range: sums of it and a size don't overflow.
        long lifted = NOTHING / 2;
        for (int c : state.meets[b]) {
          if (!state.placed[c]) {
            lifted = Math.min(lifted, least[c] + state.size[c]);
          }
        }
        least[b] = Math.max(least[b], lifted);
      }
    }
  }

  private boolean isPassedOver(int b, long floor, int last) {
    return state.offset[b] < floor || (state.offset[b] == floor && b < last);
  }

  /** By least offset, then by rank. A child's list is nearly sorted already. */
  private void sort(int start, int end) {
    int[] list = waiting.buffer;
    for (int i = start + 1; i < end; i++) {
      int b = list[i];
      int k = i - 1;
      while (k >= start && isBefore(b, list[k])) {
        list[k + 1] = list[k];
        k--;
      }
      list[k + 1] = b;
    }
  }

  private boolean isBefore(int a, int b) {
    return least[a] < least[b] || (least[a] == least[b] && a < b);
  }

  private boolean sectionsFit(int start, int end) {
    Arrays.fill(stacked, from, to, 0);
    Arrays.fill(lowest, from, to, -1);
    Arrays.fill(second, from, to, NOTHING);
    for (int i = end - 1; i >= start; i--) {
      int b = waiting.buffer[i];
      long room = capacity - least[b];
      for (int s = state.low[b]; s < state.high[b]; s++) {
        stacked[s] += state.size[b];
        if (stacked[s] > room) {
          return false;
        }
        if (lowest[s] >= 0) {
          second[s] = least[lowest[s]];
        }
        lowest[s] = b;
      }
    }
    return true;
  }

  private boolean raiseAboveFirst() {
    boolean raised = false;
    for (int s = from; s < to; s++) {
      boolean only = second[s] == NOTHING || second[s] + stacked[s] <= capacity;
      if (!only) {
        raised |= raiseAbove(lowest[s], s);
      }
    }
    return raised;
  }

  /** In section {@code s} nothing but {@code b} can come first. */
  private boolean raiseAbove(int b, int s) {
    boolean raised = false;
    long top = least[b] + state.size[b];
    long latest = capacity - stacked[s];
    for (int c : state.meets[b]) {
      if (!state.placed[c] && least[c] < top) {
        boolean shares = state.low[c] <= s && s < state.high[c];
        if (shares || least[c] + state.size[c] > latest) {
          least[c] = top;
          raised = true;
        }
      }
    }
    return raised;
  }

  private int force(int start, int end) {
    int n = start;
    for (int i = start; i < end; i++) {
      int b = waiting.buffer[i];
      if (!isValley(b)) {
        waiting.buffer[n++] = b;
      } else if (least[b] > state.offset[b]) {
        // It could be lowered to its offset, so no solution of least sum passes through here.
        return -1;
      } else {
        state.place(b);
      }
    }
    return n;
  }

  private boolean isValley(int b) {
    long top = state.top(b);
    for (int c : state.meets[b]) {
      if (!state.placed[c] && least[c] < top) {
        return false;
      }
    }
    return true;
  }
}
