package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The end of the last row, where a vector would reach beyond the segment. A masked access there is
 * right, but goes through a check of the Vector API that HotSpot may leave with an array on the
 * heap, 32 bytes a run. So what is left of that row goes through a spare vector of memory, with the
 * same mask and so the same bits. Positions count floats.
 */
final class LastRow {
  private LastRow() {}

  /** Room for a vector, for one kernel; nothing in it outlives a row. */
  static MemorySegment spare() {
    return Arena.ofAuto().allocate((long) Lanes.COUNT * Float.BYTES, 64);
  }

  /** Whether a whole vector from there on lies in the segment. */
  static boolean isInside(MemorySegment m, long at) {
    return at + Lanes.COUNT << 2 <= m.byteSize();
  }

  /** Where to load from: {@code m}, or the spare with the {@code count} floats copied to it. */
  static MemorySegment source(MemorySegment m, long at, int count, MemorySegment spare) {
    if (isInside(m, at)) {
      return m;
    }
    for (int i = 0; i < count; i++) {
      Lanes.set(spare, i, Lanes.get(m, at + i));
    }
    return spare;
  }

  /** Where to store to, to be followed by {@link #finish}. */
  static MemorySegment target(MemorySegment m, long at, MemorySegment spare) {
    return isInside(m, at) ? m : spare;
  }

  /** The place in what {@link #source} or {@link #target} gave. */
  static long place(MemorySegment m, long at) {
    return isInside(m, at) ? at : 0;
  }

  /** Copies what was stored in the spare. */
  static void finish(MemorySegment m, long at, int count, MemorySegment spare) {
    if (!isInside(m, at)) {
      for (int i = 0; i < count; i++) {
        Lanes.set(m, at + i, Lanes.get(spare, i));
      }
    }
  }
}
