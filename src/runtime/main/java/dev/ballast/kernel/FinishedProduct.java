package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A·B by register tiles as {@link TiledProduct}, finished a band of rows at a time, while its sums
 * are in the cache. Each piece has a place for a band in the workspace.
 */
final class FinishedProduct implements Kernel, Workers.Task {
  private static final int MOST_PIECES = 8;

  private final int columns;
  private final TileGrid grid;
  private final TileGrid.Left a;
  private final TileGrid.Right b;
  private final TileFinish finish;
  private final Workers workers;
  private final int bandsOfPiece;
  private final MemorySegment[] bands;

  FinishedProduct(
      Gemm.Dims d,
      TileGrid.Left a,
      TileGrid.Right b,
      TileFinish finish,
      MemorySegment workspace,
      Workers workers) {
    this.columns = d.n();
    this.grid = new TileGrid(d);
    this.a = a;
    this.b = b;
    this.finish = finish;
    this.workers = workers;
    this.bandsOfPiece = bandsOfPiece(d);
    this.bands = new MemorySegment[pieces(d)];
    long bytes = TileGrid.bandBytes(d);
    for (int i = 0; i < bands.length; i++) {
      // Without workers one place serves all pieces, and stays in the cache.
      bands[i] = workspace.asSlice(workers.threads() == 1 ? 0 : i * bytes, bytes);
    }
  }

  private static int bandsOfPiece(Gemm.Dims d) {
    return Math.ceilDiv(TileGrid.bands(d), MOST_PIECES);
  }

  private static int pieces(Gemm.Dims d) {
    return Math.ceilDiv(TileGrid.bands(d), bandsOfPiece(d));
  }

  /** Bytes of workspace. */
  static long workspaceBytes(Gemm.Dims d) {
    return pieces(d) * TileGrid.bandBytes(d);
  }

  @Override
  public void run() {
    workers.run(this, bands.length);
  }

  @Override
  public void piece(int index) {
    MemorySegment sums = bands[index];
    int to = Math.min(grid.bands(), (index + 1) * bandsOfPiece);
    for (int i = index * bandsOfPiece; i < to; i++) {
      grid.run(i, a, b, sums);
      long rows = grid.firstRow(i + 1) - grid.firstRow(i);
      finish.rows(sums, (long) grid.firstRow(i) * columns, rows * columns);
    }
  }
}
