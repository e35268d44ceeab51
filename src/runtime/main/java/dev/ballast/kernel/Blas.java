package dev.ballast.kernel;

import static dev.ballast.openblas.cblas_h.CblasNoTrans;
import static dev.ballast.openblas.cblas_h.CblasRowMajor;
import static dev.ballast.openblas.cblas_h.CblasTrans;

import dev.ballast.openblas.cblas_h;
import dev.ballast.tensor.DType;
import java.lang.foreign.MemorySegment;

/** Row-major products by OpenBLAS, every argument found out when they are bound. */
final class Blas {
  private static final int ROW_MAJOR = CblasRowMajor();

  private Blas() {}

  private static int side(boolean transposed) {
    return transposed ? CblasTrans() : CblasNoTrans();
  }

  /**
   * C = A·B, or C + A·B where {@code beta} is 1. A single row or column is a matrix-vector product,
   * which reads the matrix once.
   */
  static Kernel product(DType dtype, float beta, ProductKernel.Operands o) {
    Gemm.Dims d = o.dims();
    boolean ta = o.transposeA();
    boolean tb = o.transposeB();
    if (d.m() == 1) {
      return tb
          ? vector(dtype, beta, false, d.n(), d.k(), o.b(), o.a(), o.c())
          : vector(dtype, beta, true, d.k(), d.n(), o.b(), o.a(), o.c());
    }
    if (d.n() == 1) {
      return ta
          ? vector(dtype, beta, true, d.k(), d.m(), o.a(), o.b(), o.c())
          : vector(dtype, beta, false, d.m(), d.k(), o.a(), o.b(), o.c());
    }
    return dtype == DType.F32
        ? single(beta, d, ta, tb, o.a(), o.b(), o.c())
        : twice(beta, d, ta, tb, o.a(), o.b(), o.c());
  }

  private static Kernel single(
      float beta,
      Gemm.Dims d,
      boolean ta,
      boolean tb,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c) {
    int sideA = side(ta);
    int sideB = side(tb);
    int lda = ta ? d.m() : d.k();
    int ldb = tb ? d.k() : d.n();
    int m = d.m();
    int n = d.n();
    int k = d.k();
    return () ->
        cblas_h.cblas_sgemm(ROW_MAJOR, sideA, sideB, m, n, k, 1f, a, lda, b, ldb, beta, c, n);
  }

  private static Kernel twice(
      float beta,
      Gemm.Dims d,
      boolean ta,
      boolean tb,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c) {
    int sideA = side(ta);
    int sideB = side(tb);
    int lda = ta ? d.m() : d.k();
    int ldb = tb ? d.k() : d.n();
    int m = d.m();
    int n = d.n();
    int k = d.k();
    return () ->
        cblas_h.cblas_dgemm(ROW_MAJOR, sideA, sideB, m, n, k, 1d, a, lda, b, ldb, beta, c, n);
  }

  /** y = M · x or Mᵀ · x, M stored as rows × cols. */
  private static Kernel vector(
      DType dtype,
      float beta,
      boolean transposed,
      int rows,
      int cols,
      MemorySegment m,
      MemorySegment x,
      MemorySegment y) {
    int side = side(transposed);
    if (dtype == DType.F32) {
      return () -> cblas_h.cblas_sgemv(ROW_MAJOR, side, rows, cols, 1f, m, cols, x, 1, beta, y, 1);
    }
    return () -> cblas_h.cblas_dgemv(ROW_MAJOR, side, rows, cols, 1d, m, cols, x, 1, beta, y, 1);
  }

  /** The products of the odometer's innermost loop, in one call. */
  static Kernel batch(
      float beta, Gemm.Dims d, boolean ta, boolean tb, Slice a, Slice b, Slice c, Odometer o) {
    int sideA = side(ta);
    int sideB = side(tb);
    int lda = ta ? d.m() : d.k();
    int ldb = tb ? d.k() : d.n();
    int m = d.m();
    int n = d.n();
    int k = d.k();
    int count = o.innerLength();
    int strideA = (int) o.innerStride(0);
    int strideB = (int) o.innerStride(1);
    int strideC = (int) o.innerStride(2);
    MemorySegment ma = a.memory().asSlice(o.offset(0) * Float.BYTES);
    MemorySegment mb = b.memory().asSlice(o.offset(1) * Float.BYTES);
    MemorySegment mc = c.memory().asSlice(o.offset(2) * Float.BYTES);
    return () ->
        cblas_h.cblas_sgemm_batch_strided(
            ROW_MAJOR, sideA, sideB, m, n, k, 1f, ma, lda, strideA, mb, ldb, strideB, beta, mc, n,
            strideC, count);
  }
}
