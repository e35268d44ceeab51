package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** What fused loops are made of where there is no Vector API: computed in double, rounded once. */
final class PlainMath {
  private PlainMath() {}

  static float apply(float x, UnaryFunction f) {
    return (float) f.apply(x);
  }

  static float apply(float a, float b, BinaryFunction f) {
    return (float) f.apply(a, b);
  }

  static float select(float condition, float a, float b) {
    return condition != 0 ? a : b;
  }

  static float load(MemorySegment m, long at) {
    return m.get(JAVA_FLOAT_UNALIGNED, at << 2);
  }

  static void store(float x, MemorySegment m, long at) {
    m.set(JAVA_FLOAT_UNALIGNED, at << 2, x);
  }

  static float loadBit(MemorySegment m, long at) {
    return m.get(JAVA_INT_UNALIGNED, at >> 5 << 2) >> at & 1;
  }

  /** Sets or clears the bit of one element. */
  static void storeBit(float x, MemorySegment m, long at) {
    long word = at >> 5 << 2;
    int bit = 1 << at;
    int others = m.get(JAVA_INT_UNALIGNED, word) & ~bit;
    m.set(JAVA_INT_UNALIGNED, word, x > 0 ? others | bit : others);
  }
}
