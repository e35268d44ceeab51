package dev.ballast.plan;

import java.util.Arrays;

/**
 * What a search has placed, and where the others would lie if they came next. Buffers go by rank:
 * number 0 is the first of the order searched in. Whatever is done can be undone, last first.
 */
final class SearchState {
  final int count;
  final int width;
  final long[] size;
  final int[] low;
  final int[] high;

  /** Those that a buffer meets in time. */
  final int[][] meets;

  /** The buffer before this one of the same size and lifetime, or this one itself. */
  final int[] twin;

  /** The top of what is placed below: where a buffer lies, or would lie if it came next. */
  final long[] offset;

  final boolean[] placed;

  private final int[] order;
  private final int[] done;
  private int doneCount;
  private int[] trailBuffer;
  private long[] trailOffset;
  private int trail;

  SearchState(Sections sections, int[] order) {
    this.order = order;
    count = order.length;
    width = sections.width();
    size = new long[count];
    low = new int[count];
    high = new int[count];
    for (int k = 0; k < count; k++) {
      size[k] = sections.sizes()[order[k]];
      low[k] = sections.low()[order[k]];
      high[k] = sections.high()[order[k]];
    }
    meets = new int[count][];
    twin = new int[count];
    int[] found = new int[count];
    for (int a = 0; a < count; a++) {
      int n = 0;
      twin[a] = a;
      for (int b = 0; b < count; b++) {
        if (a != b && low[a] < high[b] && low[b] < high[a]) {
          found[n++] = b;
        }
        if (b < a && size[a] == size[b] && low[a] == low[b] && high[a] == high[b]) {
          twin[a] = b;
        }
      }
      meets[a] = Arrays.copyOf(found, n);
    }
    offset = new long[count];
    placed = new boolean[count];
    done = new int[count];
    trailBuffer = new int[4 * count + 1];
    trailOffset = new long[4 * count + 1];
  }

  /** Where a buffer would end if it came next. */
  long top(int buffer) {
    return offset[buffer] + size[buffer];
  }

  /** Whether the twin that comes before it still waits: of two alike, the first goes lower. */
  boolean waitsForTwin(int buffer) {
    return twin[buffer] != buffer && !placed[twin[buffer]];
  }

  void place(int buffer) {
    placed[buffer] = true;
    done[doneCount++] = buffer;
    long top = top(buffer);
    for (int c : meets[buffer]) {
      if (!placed[c] && offset[c] < top) {
        remember(c);
        offset[c] = top;
      }
    }
  }

  private void remember(int buffer) {
    if (trail == trailBuffer.length) {
      trailBuffer = Arrays.copyOf(trailBuffer, 2 * trail);
      trailOffset = Arrays.copyOf(trailOffset, 2 * trail);
    }
    trailBuffer[trail] = buffer;
    trailOffset[trail++] = offset[buffer];
  }

  int trailMark() {
    return trail;
  }

  int doneMark() {
    return doneCount;
  }

  void undo(int trailMark, int doneMark) {
    while (trail > trailMark) {
      trail--;
      offset[trailBuffer[trail]] = trailOffset[trail];
    }
    while (doneCount > doneMark) {
      placed[done[--doneCount]] = false;
    }
  }

  /** Offsets by the buffers' own numbers. */
  long[] offsets() {
    long[] result = new long[count];
    for (int k = 0; k < count; k++) {
      result[order[k]] = offset[k];
    }
    return result;
  }
}
