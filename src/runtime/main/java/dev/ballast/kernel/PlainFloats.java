package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Floats in memory, one at a time; needs no Vector API. */
final class PlainFloats {
  private PlainFloats() {}

  static float get(MemorySegment m, long at) {
    return m.get(JAVA_FLOAT_UNALIGNED, at << 2);
  }

  static void set(MemorySegment m, long at, float value) {
    m.set(JAVA_FLOAT_UNALIGNED, at << 2, value);
  }
}
