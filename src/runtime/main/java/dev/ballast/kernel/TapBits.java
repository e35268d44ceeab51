package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Which tap of its window the largest is, for each element of a pooling's result, in as few bits as
 * tell it; the layout is drawn at {@link Pooling}. Words are in the machine's order, which is
 * little-endian wherever this runs, so bits can be reached as bytes.
 *
 * @param bits for each element; none where places are not wanted
 * @param stride bytes from one bit of all elements to the next
 */
record TapBits(MemorySegment memory, int bits, long stride) {
  static TapBits of(PoolShape s, Optional<Slice> places) {
    MemorySegment memory = places.map(Slice::memory).orElse(MemorySegment.NULL);
    return new TapBits(memory, places.isPresent() ? s.bits() : 0, s.bitBytes());
  }

  void clear() {
    memory.fill((byte) 0);
  }

  /** Sets an element's tap where all bits were clear. */
  void set(long element, int tap) {
    for (int p = 0; p < bits; p++) {
      if ((tap >> p & 1) != 0) {
        long at = p * stride + (element >> 3);
        int more = memory.get(JAVA_BYTE, at) | 1 << (element & 7);
        memory.set(JAVA_BYTE, at, (byte) more);
      }
    }
  }

  int get(long element) {
    int tap = 0;
    for (int p = 0; p < bits; p++) {
      int byteOfBits = memory.get(JAVA_BYTE, p * stride + (element >> 3));
      tap |= (byteOfBits >> (element & 7) & 1) << p;
    }
    return tap;
  }
}
