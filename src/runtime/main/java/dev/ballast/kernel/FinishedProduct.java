package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A·B by register tiles as {@link TiledProduct}, whose sums are finished tile by tile while they
 * are in the first-level cache. Each piece has a place for a tile's sums in the workspace.
 */
final class FinishedProduct implements Kernel, Workers.Task {
  /** Rows of tiles in one piece. */
  private static final int BANDS = 6;

  private final TileGrid grid;
  private final TileGrid.Left a;
  private final TileGrid.Right b;
  private final TileFinish finish;
  private final Workers workers;
  private final MemorySegment[] sums;

  FinishedProduct(
      TileGrid grid,
      TileGrid.Left a,
      TileGrid.Right b,
      TileFinish finish,
      MemorySegment workspace,
      Workers workers) {
    this.grid = grid;
    this.a = a;
    this.b = b;
    this.finish = finish;
    this.workers = workers;
    this.sums = new MemorySegment[Math.ceilDiv(grid.bands(), BANDS)];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = workspace.asSlice(i * TileGrid.sumsBytes(), TileGrid.sumsBytes());
    }
  }

  /** Bytes of workspace. */
  static long workspaceBytes(Gemm.Dims d) {
    return TileGrid.sumsBytes() * Math.ceilDiv(TileGrid.bands(d), BANDS);
  }

  @Override
  public void run() {
    workers.run(this, sums.length);
  }

  @Override
  public void piece(int index) {
    int to = Math.min(grid.bands(), (index + 1) * BANDS);
    grid.run(index * BANDS, to, a, b, sums[index], finish);
  }
}
