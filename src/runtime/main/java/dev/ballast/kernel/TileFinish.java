package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** What becomes of a product's sums, which are still in the cache, on their way to C. */
interface TileFinish {
  /**
   * A few rows of C.
   *
   * @param sums the product's elements from C's element {@code at} on
   * @param n the number of elements
   */
  void rows(MemorySegment sums, long at, long n);
}
