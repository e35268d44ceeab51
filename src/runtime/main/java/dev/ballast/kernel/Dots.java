package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner products of a few rows with a few others, as far as they go in whole vectors. Lane l of
 * a sum is the chain of fused multiply-adds over the elements l, l + lanes, l + 2·lanes, … Offsets
 * and strides count bytes.
 */
interface Dots {
  /**
   * @param depth whole vectors of a row
   * @param sums the sums, a vector each: those of the first row of A, then those of the next
   */
  void run(
      MemorySegment a,
      long a0,
      long aRow,
      MemorySegment b,
      long b0,
      long bRow,
      int depth,
      MemorySegment sums);

  /** How many rows of A meet how many rows of B. */
  record Form(int left, int right) {}
}
