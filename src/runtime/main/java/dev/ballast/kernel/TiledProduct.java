package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * C = A·B by register tiles, where B's rows are contiguous: nothing is packed or copied. Pieces are
 * groups of rows of C.
 */
final class TiledProduct implements Kernel, Workers.Task {
  /** Rows of tiles in one piece: few enough to share, enough to use a panel of B repeatedly. */
  private static final int BANDS = 6;

  private final TileGrid grid;
  private final TileGrid.Left a;
  private final TileGrid.Right b;
  private final MemorySegment c;
  private final long row;
  private final Workers workers;

  TiledProduct(
      TileGrid grid,
      TileGrid.Left a,
      TileGrid.Right b,
      MemorySegment c,
      long row,
      Workers workers) {
    this.grid = grid;
    this.a = a;
    this.b = b;
    this.c = c;
    this.row = row;
    this.workers = workers;
  }

  @Override
  public void run() {
    if (workers.threads() == 1) {
      grid.run(0, grid.bands(), a, b, c, row);
    } else {
      workers.run(this, Math.ceilDiv(grid.bands(), BANDS));
    }
  }

  @Override
  public void piece(int index) {
    grid.run(index * BANDS, Math.min(grid.bands(), (index + 1) * BANDS), a, b, c, row);
  }
}
