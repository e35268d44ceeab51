package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * One register tile of a product in floats: a few rows of C, a few vectors wide, summed over the
 * shared dimension without leaving the registers. A is read an element at a time and each element
 * is multiplied with vectors of a row of B, so neither operand needs packing as long as B's rows
 * are contiguous. Offsets and strides count bytes.
 */
interface Tile {
  /**
   * C = A·B.
   *
   * @param a A's segment; the element for row r and step s lies at {@code a0 + r·aRow + s·aStep}
   * @param b B's segment; step s reads the tile's columns at {@code b0 + s·bStep}
   * @param depth steps, the length of the shared dimension
   * @param c C's segment; row r of the tile lies at {@code c0 + r·cRow}
   */
  void run(
      MemorySegment a,
      long a0,
      long aRow,
      long aStep,
      MemorySegment b,
      long b0,
      long bStep,
      int depth,
      MemorySegment c,
      long c0,
      long cRow);

  /** How many rows a tile has, and how many vectors it is wide. */
  record Form(int rows, int vectors) {}
}
