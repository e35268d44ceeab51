package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Copies of short lines, for which a call of the general copy costs more than the copy. */
final class Lines {
  private static final boolean VECTORS = Simd.isAvailable();
  private static final int WIDTH = VECTORS ? Simd.lanes() : 1;

  private Lines() {}

  static void copy(MemorySegment from, long at, MemorySegment to, long place, int elements) {
    if (!VECTORS || elements < WIDTH) {
      for (int i = 0; i < elements; i++) {
        PlainFloats.set(to, place + i, PlainFloats.get(from, at + i));
      }
      return;
    }
    int last = elements - WIDTH;
    for (int i = 0; i < last; i += WIDTH) {
      Lanes.store(Lanes.load(from, at + i), to, place + i);
    }
    Lanes.store(Lanes.load(from, at + last), to, place + last);
  }
}
