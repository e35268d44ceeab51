package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * C = A·Bᵀ, computed as Cᵀ = B·Aᵀ: the vectors then run along A's rows, and B, a layer's weights as
 * a rule, is read where it lies. A and C, which are small beside it, go through the workspace
 * transposed, {@value ProductKernel#PANEL} rows at a time.
 */
final class TransposedProduct implements Kernel {
  private static final int PANEL = ProductKernel.PANEL;

  /** Rows of Aᵀ that a piece makes. */
  private static final int SHARE = 128;

  /** Rows of tiles in one piece: with six rows each, the squares that are turned are whole. */
  private static final int BANDS = 8;

  private final Gemm.Dims dims;
  private final boolean aIsTurned;
  private final MemorySegment a;
  private final MemorySegment c;
  private final MemorySegment turnedA;
  private final MemorySegment turnedC;
  private final TileGrid.Left left;
  private final Workers workers;
  private final Workers.Task turning = this::turn;
  private final Workers.Task computing = this::compute;
  private final Panel whole;
  private final Panel last;

  /** The panel at work, and its first row. */
  private Panel panel;

  private int first;

  TransposedProduct(
      Gemm.Dims dims,
      boolean transposeA,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment workspace,
      Workers workers) {
    this.dims = dims;
    this.aIsTurned = transposeA;
    this.a = a;
    this.c = c;
    long bytes = (long) dims.k() * PANEL * Float.BYTES;
    this.turnedA = workspace.asSlice(0, bytes);
    this.turnedC = workspace.asSlice(bytes, (long) dims.n() * PANEL * Float.BYTES);
    this.left = new TileGrid.Left(b, (long) dims.k() * Float.BYTES, Float.BYTES);
    this.workers = workers;
    this.whole = new Panel(Math.min(PANEL, dims.m()));
    this.last = dims.m() % PANEL == 0 ? whole : new Panel(dims.m() % PANEL);
    this.panel = whole;
  }

  @Override
  public void run() {
    for (first = 0; first < dims.m(); first += PANEL) {
      panel = dims.m() - first < PANEL ? last : whole;
      workers.run(turning, Math.ceilDiv(dims.k(), SHARE));
      workers.run(computing, Math.ceilDiv(panel.grid.bands(), BANDS));
    }
  }

  private void turn(int piece) {
    int from = piece * SHARE;
    int columns = Math.min(SHARE, dims.k() - from);
    if (aIsTurned) {
      copy(from, columns);
      return;
    }
    long row = (long) dims.k() * Float.BYTES;
    long start = first * row + (long) from * Float.BYTES;
    Transposer.transpose(
        a, start, row, turnedA, from * panel.stride, panel.stride, panel.rows, columns);
  }

  /** The panel's columns of A, which is stored as Aᵀ already. */
  private void copy(int from, int steps) {
    long row = (long) dims.m() * Float.BYTES;
    for (int s = from; s < from + steps; s++) {
      long start = s * row + (long) first * Float.BYTES;
      MemorySegment.copy(a, start, turnedA, s * panel.stride, (long) panel.rows * Float.BYTES);
    }
  }

  private void compute(int piece) {
    TileGrid grid = panel.grid;
    int from = piece * BANDS;
    int to = Math.min(grid.bands(), from + BANDS);
    grid.run(from, to, left, panel.right, turnedC, panel.stride);
    int low = grid.firstRow(from);
    int count = grid.firstRow(to) - low;
    long row = (long) dims.n() * Float.BYTES;
    long start = first * row + (long) low * Float.BYTES;
    Transposer.transpose(
        turnedC, low * panel.stride, panel.stride, c, start, row, count, panel.rows);
  }

  /**
   * Up to {@value ProductKernel#PANEL} rows of A and C. Lanes beyond the last row hold anything.
   */
  private final class Panel {
    final int rows;
    final long stride;
    final TileGrid grid;
    final TileGrid.Right right;

    Panel(int rows) {
      int lanes = Math.ceilDiv(rows, Lanes.COUNT) * Lanes.COUNT;
      this.rows = rows;
      this.stride = (long) lanes * Float.BYTES;
      this.grid = new TileGrid(new Gemm.Dims(dims.n(), lanes, dims.k()));
      this.right = new TileGrid.Right(turnedA, stride);
    }
  }
}
