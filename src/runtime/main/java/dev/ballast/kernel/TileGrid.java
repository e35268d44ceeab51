package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * C[M,N] in register tiles: which rows and which columns each tile has. A tile computes an element
 * of C from first step to last, so the cut changes no bit of the result. C has at least as many
 * columns as a vector has lanes.
 */
final class TileGrid {
  /** Whether the machine has 16 vector registers, as x86 without AVX-512, and not 32. */
  static final boolean FEW_REGISTERS = FloatLoops.TAILS == 0 && Lanes.COUNT < 16;

  /**
   * Rows of a tile, by its vectors across: with the factors and vectors of one step its sums fill
   * the registers. No tile has more sums: HotSpot's first compiler fails on more code.
   */
  private static final int[] HEIGHTS =
      FEW_REGISTERS ? new int[] {0, 10, 6} : new int[] {0, 12, 10, 7, 6};

  /** Vectors across a tile of one row, which only bandwidth limits. */
  static final int MOST_VECTORS = 8;

  private final int[] firstRow;
  private final int[] firstColumn;
  private final Tile[][] tiles;
  private final int depth;
  private final int columns;

  TileGrid(Gemm.Dims d) {
    this.depth = d.k();
    this.columns = d.n();
    int[] heights = heights(d.m(), height(d));
    firstRow = new int[heights.length + 1];
    for (int i = 0; i < heights.length; i++) {
      firstRow[i + 1] = firstRow[i] + heights[i];
    }
    int across = across(d);
    int whole = columns / Lanes.COUNT;
    int wide = Math.ceilDiv(whole, across);
    boolean rest = columns % Lanes.COUNT > 0;
    int panels = wide + (rest ? 1 : 0);
    firstColumn = new int[panels];
    tiles = new Tile[panels][heights.length];
    for (int p = 0; p < panels; p++) {
      int first = p * across;
      int vectors = p < wide ? Math.min(across, whole - first) : 1;
      // What does not fill a vector is computed again with what lies before it: to the same bits,
      // and without masks, which HotSpot can't be trusted to keep off the heap at a segment's end.
      firstColumn[p] = p < wide ? first * Lanes.COUNT : columns - Lanes.COUNT;
      for (int i = 0; i < heights.length; i++) {
        tiles[p][i] = TileCode.of(new Tile.Form(heights[i], vectors));
      }
    }
  }

  private static int across(Gemm.Dims d) {
    int most = d.m() == 1 ? MOST_VECTORS : HEIGHTS.length - 1;
    return Math.clamp(d.n() / Lanes.COUNT, 1, most);
  }

  private static int height(Gemm.Dims d) {
    return d.m() == 1 ? 1 : HEIGHTS[across(d)];
  }

  /** The number of rows of tiles of a product. */
  static int bands(Gemm.Dims d) {
    return Math.ceilDiv(d.m(), height(d));
  }

  /** Rows of the tiles from top to bottom. */
  private static int[] heights(int rows, int height) {
    int[] heights = new int[Math.ceilDiv(rows, height)];
    Arrays.fill(heights, height);
    heights[heights.length - 1] = rows - height * (heights.length - 1);
    return heights;
  }

  /** Bytes of a band of a product. */
  static long bandBytes(Gemm.Dims d) {
    return (long) height(d) * d.n() * Float.BYTES;
  }

  /** The number of rows of tiles. */
  int bands() {
    return firstRow.length - 1;
  }

  /** The first row of a band, or the number of rows where there is no such band. */
  int firstRow(int band) {
    return firstRow[band];
  }

  /** Computes the bands from {@code from} until {@code to} of C. */
  void run(int from, int to, Left a, Right b, MemorySegment c, long cRow) {
    for (int p = 0; p < firstColumn.length; p++) {
      long column = (long) firstColumn[p] * Float.BYTES;
      for (int i = from; i < to; i++) {
        tile(p, i, a, b, c, firstRow[i] * cRow + column, cRow);
      }
    }
  }

  /** Computes one band into {@code sums}, row after row. */
  void run(int band, Left a, Right b, MemorySegment sums) {
    long row = (long) columns * Float.BYTES;
    for (int p = 0; p < firstColumn.length; p++) {
      tile(p, band, a, b, sums, (long) firstColumn[p] * Float.BYTES, row);
    }
  }

  private void tile(int p, int i, Left a, Right b, MemorySegment c, long at, long cRow) {
    tiles[p][i].run(
        a.memory,
        firstRow[i] * a.row,
        a.row,
        a.step,
        b.memory,
        (long) firstColumn[p] * Float.BYTES,
        b.step,
        depth,
        c,
        at,
        cRow);
  }

  /** A: the element of row r and step s lies at r·row + s·step. */
  record Left(MemorySegment memory, long row, long step) {}

  /** B: the columns of step s are contiguous, from s·step on. */
  record Right(MemorySegment memory, long step) {}
}
