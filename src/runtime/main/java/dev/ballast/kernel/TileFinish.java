package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** What becomes of a tile's sums, which are in the first-level cache, on their way to C. */
interface TileFinish {
  /**
   * A row of a tile.
   *
   * @param sums where the row's sums lie, from element {@code sumsAt} on
   * @param at the row's first element in C
   * @param column that element's column
   * @param n the number of columns
   */
  void row(MemorySegment sums, long sumsAt, long at, long column, int n);
}
