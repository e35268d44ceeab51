package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The innermost part of a convolution: some rows of a result, each over the same few neighbouring
 * elements, as sums over source channels and taps of a weight times neighbouring elements of the
 * source. Where vectors are used, {@link GatherTileCode} writes one for each number of rows and
 * vectors.
 */
interface GatherTile {
  /**
   * @param inAt the element that the first tap's offset counts from, in the first source channel
   * @param wAt the weight that the taps' offsets count from, of first row and channel
   * @param outAt where the first row goes
   * @param bias what rows start from, one each from {@code biasAt} on
   * @param sources how many source channels
   * @param s distances in elements between channels and rows
   * @param lanes neighbouring elements of the result
   */
  void run(
      MemorySegment in,
      long inAt,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long outAt,
      MemorySegment bias,
      long biasAt,
      Patch patch,
      int sources,
      Strides s,
      int lanes);

  /** For each tap, its offset in the source and in the weights. */
  record Patch(int[] in, int[] w) {}

  /**
   * @param inSource from one source channel to the next
   * @param wSource between the weights of one source channel and the next
   * @param wRow between the weights of one row and the next
   * @param outRow from one row of the result to the next
   */
  record Strides(long inSource, long wSource, long wRow, long outRow) {}
}
