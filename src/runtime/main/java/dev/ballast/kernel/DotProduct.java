package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * C = A·Bᵀ for few rows of A: each element is an inner product of two contiguous rows, and B is
 * read once, where it lies. Pieces are groups of B's rows, each with a place for sums in the
 * workspace.
 */
final class DotProduct implements Kernel, Workers.Task {
  /** The most rows of A. */
  static final int MOST_ROWS = 8;

  /** Rows of B in one piece, a multiple of all that meet A at a time. */
  private static final int SHARE = 48;

  /** What the sums of one step take at most. */
  private static final long SUMS_BYTES = 24L * Lanes.COUNT * Float.BYTES;

  /** Rows of B at a time, by the rows of A: with the sums they fill the registers. */
  private static final int[] AT_A_TIME = {0, 8, 8, 8, 6, 4, 4, 3, 3};

  private final Gemm.Dims dims;
  private final MemorySegment a;
  private final MemorySegment b;
  private final MemorySegment c;
  private final boolean adds;
  private final Workers workers;
  private final MemorySegment[] sums;
  private final Dots whole;
  private final Dots last;
  private final int atATime;
  private final int depth;
  private final DotLoop loop;

  DotProduct(ProductKernel.Operands o, Workers workers) {
    this.dims = o.dims();
    this.a = o.a();
    this.b = o.b();
    this.c = o.c();
    this.adds = o.adds();
    this.workers = workers;
    this.atATime = Math.min(dims.n(), AT_A_TIME[dims.m()]);
    this.whole = DotCode.of(new Dots.Form(dims.m(), atATime));
    int rest = dims.n() % atATime;
    this.last = rest == 0 ? whole : DotCode.of(new Dots.Form(dims.m(), rest));
    this.depth = dims.k() / Lanes.COUNT;
    this.loop = FloatLoops.loop(DotLoop.class, DotSums.class);
    this.sums = new MemorySegment[Math.ceilDiv(dims.n(), SHARE)];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = o.workspace().asSlice(i * SUMS_BYTES, SUMS_BYTES);
    }
  }

  static long workspaceBytes(Gemm.Dims d) {
    return Math.ceilDiv(d.n(), SHARE) * SUMS_BYTES;
  }

  @Override
  public void run() {
    workers.run(this, sums.length);
  }

  @Override
  public void piece(int index) {
    MemorySegment s = sums[index];
    int to = Math.min(dims.n(), (index + 1) * SHARE);
    long row = (long) dims.k() * Float.BYTES;
    for (int j = index * SHARE; j < to; j += atATime) {
      int count = Math.min(atATime, to - j);
      Dots dots = count == atATime ? whole : last;
      dots.run(a, 0, row, b, j * row, row, depth, s);
      for (int i = 0; i < dims.m(); i++) {
        loop.row(s, i * count, count, dims, a, i, b, j, c, adds);
      }
    }
  }

  /** Sums of lanes on their way to C. */
  interface DotLoop {
    /**
     * The elements C[i, j], …, C[i, j + count).
     *
     * @param first the index of the first vector of sums
     */
    void row(
        MemorySegment sums,
        int first,
        int count,
        Gemm.Dims d,
        MemorySegment a,
        int i,
        MemorySegment b,
        int j,
        MemorySegment c,
        boolean adds);
  }
}
