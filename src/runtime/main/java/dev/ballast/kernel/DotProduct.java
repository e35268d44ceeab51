package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

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

  /** What the sums of one step take at most, to the next multiple of sixteen vectors. */
  private static final long SUMS_BYTES = 32L * Lanes.COUNT * Float.BYTES;

  private static final boolean FOLDS = Lanes.COUNT == 16;
  private static final Sums OUTER =
      FloatLoops.loop(Sums.class, FOLDS ? FoldLoop.class : DotSums.class, 0);
  private static final Sums INNER =
      FOLDS ? FloatLoops.loop(Sums.class, FoldLoop.class, FoldLoop.INNER) : OUTER;

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
      int sumsMade = dims.m() * count;
      if (FOLDS) {
        OUTER.fold(s, sumsMade);
        INNER.fold(s, Math.ceilDiv(sumsMade, 4));
      } else {
        OUTER.fold(s, sumsMade);
      }
      store(s, j, count);
    }
  }

  /** Adds what is left of the rows behind the last whole vector. */
  private void store(MemorySegment s, int j, int count) {
    for (int i = 0; i < dims.m(); i++) {
      for (int n = 0; n < count; n++) {
        int index = i * count + n;
        float sum = s.get(JAVA_FLOAT_UNALIGNED, 4L * (FOLDS ? place(index) : index));
        for (long k = (long) depth * Lanes.COUNT; k < dims.k(); k++) {
          float x = a.get(JAVA_FLOAT_UNALIGNED, 4 * ((long) i * dims.k() + k));
          sum = Math.fma(x, b.get(JAVA_FLOAT_UNALIGNED, 4 * ((long) (j + n) * dims.k() + k)), sum);
        }
        long at = 4 * ((long) i * dims.n() + j + n);
        c.set(JAVA_FLOAT_UNALIGNED, at, adds ? c.get(JAVA_FLOAT_UNALIGNED, at) + sum : sum);
      }
    }
  }

  /** Where {@link FoldLoop} leaves a sum: its sixteen's vector, the lower four bits reversed. */
  private static int place(int index) {
    return index & -16 | Integer.reverse(index & 15) >>> 28;
  }

  /** Sums the lanes of {@code count} vectors where they lie; see the implementations for where. */
  interface Sums {
    void fold(MemorySegment sums, int count);
  }
}
