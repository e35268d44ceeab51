package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Sets a stretch of memory to zero. A slice of a segment can be filled too, but is an object of 40
 * bytes wherever the compiler does not find out that nobody else sees it.
 */
final class Zeros {
  private static final MemorySegment SOURCE = Arena.ofAuto().allocate(4096, 64);

  private Zeros() {}

  static void fill(MemorySegment to, long from, long bytes) {
    for (long end = from + bytes; from < end; from += SOURCE.byteSize()) {
      MemorySegment.copy(SOURCE, 0, to, from, Math.min(SOURCE.byteSize(), end - from));
    }
  }
}
