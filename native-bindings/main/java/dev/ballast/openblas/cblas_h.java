package dev.ballast.openblas;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * OpenBLAS's cblas.h, in the shape and with the names that jextract gives: {@code mvn -Pjextract
 * generate-sources} writes this class anew from the header and the list in includes.txt. What
 * differs from plain jextract, that profile puts in: symbols come from {@link OpenBlas}, which
 * finds and loads the library, and so do the handles, which let a bounded number of threads in at
 * once, and the pointer's layout.
 *
 * <p>The first call loads the library; if that fails, this and every later call throw {@link
 * NativeLibraryException}. Segments must be off the heap: the linker refuses others with {@link
 * IllegalArgumentException}, and closed ones with {@link IllegalStateException}. Sizes and strides
 * are C's: nothing checks that the numbers fit the segments.
 */
public class cblas_h {

  cblas_h() {}

  static final SymbolLookup SYMBOL_LOOKUP = OpenBlas.symbols();

  /** C's int, which is also its blasint and its enum. */
  public static final ValueLayout.OfInt C_INT = ValueLayout.JAVA_INT;

  /** C's float. */
  public static final ValueLayout.OfFloat C_FLOAT = ValueLayout.JAVA_FLOAT;

  /** C's double. */
  public static final ValueLayout.OfDouble C_DOUBLE = ValueLayout.JAVA_DOUBLE;

  /** C's pointer, of any type. */
  public static final AddressLayout C_POINTER = OpenBlas.pointer();

  private static final int OPENBLAS_SEQUENTIAL = (int) 0L;

  /** OPENBLAS_SEQUENTIAL of cblas.h. */
  public static int OPENBLAS_SEQUENTIAL() {
    return OPENBLAS_SEQUENTIAL;
  }

  private static final int OPENBLAS_THREAD = (int) 1L;

  /** OPENBLAS_THREAD of cblas.h. */
  public static int OPENBLAS_THREAD() {
    return OPENBLAS_THREAD;
  }

  private static final int OPENBLAS_OPENMP = (int) 2L;

  /** OPENBLAS_OPENMP of cblas.h. */
  public static int OPENBLAS_OPENMP() {
    return OPENBLAS_OPENMP;
  }

  private static final int CblasRowMajor = (int) 101L;

  /** CblasRowMajor of cblas.h. */
  public static int CblasRowMajor() {
    return CblasRowMajor;
  }

  private static final int CblasColMajor = (int) 102L;

  /** CblasColMajor of cblas.h. */
  public static int CblasColMajor() {
    return CblasColMajor;
  }

  private static final int CblasNoTrans = (int) 111L;

  /** CblasNoTrans of cblas.h. */
  public static int CblasNoTrans() {
    return CblasNoTrans;
  }

  private static final int CblasTrans = (int) 112L;

  /** CblasTrans of cblas.h. */
  public static int CblasTrans() {
    return CblasTrans;
  }

  private static final int CblasConjTrans = (int) 113L;

  /** CblasConjTrans of cblas.h. */
  public static int CblasConjTrans() {
    return CblasConjTrans;
  }

  private static final int CblasConjNoTrans = (int) 114L;

  /** CblasConjNoTrans of cblas.h. */
  public static int CblasConjNoTrans() {
    return CblasConjNoTrans;
  }

  private static class openblas_set_num_threads {
    public static final FunctionDescriptor DESC = FunctionDescriptor.ofVoid(cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("openblas_set_num_threads");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of openblas_set_num_threads. */
  public static FunctionDescriptor openblas_set_num_threads$descriptor() {
    return openblas_set_num_threads.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void openblas_set_num_threads(int num_threads);
   * }
   */
  public static void openblas_set_num_threads(int num_threads) {
    var mh$ = openblas_set_num_threads.HANDLE;
    try {
      mh$.invokeExact(num_threads);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class openblas_get_num_threads {
    public static final FunctionDescriptor DESC = FunctionDescriptor.of(cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("openblas_get_num_threads");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of openblas_get_num_threads. */
  public static FunctionDescriptor openblas_get_num_threads$descriptor() {
    return openblas_get_num_threads.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * int openblas_get_num_threads(void);
   * }
   */
  public static int openblas_get_num_threads() {
    var mh$ = openblas_get_num_threads.HANDLE;
    try {
      return (int) mh$.invokeExact();
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class openblas_get_config {
    public static final FunctionDescriptor DESC = FunctionDescriptor.of(cblas_h.C_POINTER);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("openblas_get_config");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of openblas_get_config. */
  public static FunctionDescriptor openblas_get_config$descriptor() {
    return openblas_get_config.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * char* openblas_get_config(void);
   * }
   */
  public static MemorySegment openblas_get_config() {
    var mh$ = openblas_get_config.HANDLE;
    try {
      return (MemorySegment) mh$.invokeExact();
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class openblas_get_corename {
    public static final FunctionDescriptor DESC = FunctionDescriptor.of(cblas_h.C_POINTER);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("openblas_get_corename");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of openblas_get_corename. */
  public static FunctionDescriptor openblas_get_corename$descriptor() {
    return openblas_get_corename.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * char* openblas_get_corename(void);
   * }
   */
  public static MemorySegment openblas_get_corename() {
    var mh$ = openblas_get_corename.HANDLE;
    try {
      return (MemorySegment) mh$.invokeExact();
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class openblas_get_parallel {
    public static final FunctionDescriptor DESC = FunctionDescriptor.of(cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("openblas_get_parallel");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of openblas_get_parallel. */
  public static FunctionDescriptor openblas_get_parallel$descriptor() {
    return openblas_get_parallel.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * int openblas_get_parallel(void);
   * }
   */
  public static int openblas_get_parallel() {
    var mh$ = openblas_get_parallel.HANDLE;
    try {
      return (int) mh$.invokeExact();
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_sdot {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.of(
            cblas_h.C_FLOAT,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_sdot");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_sdot. */
  public static FunctionDescriptor cblas_sdot$descriptor() {
    return cblas_sdot.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * float cblas_sdot(blasint n, float *x, blasint incx, float *y, blasint incy);
   * }
   */
  public static float cblas_sdot(int n, MemorySegment x, int incx, MemorySegment y, int incy) {
    var mh$ = cblas_sdot.HANDLE;
    try {
      return (float) mh$.invokeExact(n, x, incx, y, incy);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_saxpy {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_saxpy");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_saxpy. */
  public static FunctionDescriptor cblas_saxpy$descriptor() {
    return cblas_saxpy.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_saxpy(blasint n, float alpha, float *x, blasint incx, float *y, blasint incy);
   * }
   */
  public static void cblas_saxpy(
      int n, float alpha, MemorySegment x, int incx, MemorySegment y, int incy) {
    var mh$ = cblas_saxpy.HANDLE;
    try {
      mh$.invokeExact(n, alpha, x, incx, y, incy);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_sgemv {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_sgemv");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_sgemv. */
  public static FunctionDescriptor cblas_sgemv$descriptor() {
    return cblas_sgemv.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_sgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, blasint m, blasint n,
   *     float alpha, float *a, blasint lda, float *x, blasint incx, float beta, float *y,
   *     blasint incy);
   * }
   */
  public static void cblas_sgemv(
      int order,
      int trans,
      int m,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incx,
      float beta,
      MemorySegment y,
      int incy) {
    var mh$ = cblas_sgemv.HANDLE;
    try {
      mh$.invokeExact(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_dgemv {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_DOUBLE,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_DOUBLE,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_dgemv");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_dgemv. */
  public static FunctionDescriptor cblas_dgemv$descriptor() {
    return cblas_dgemv.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_dgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, blasint m, blasint n,
   *     double alpha, double *a, blasint lda, double *x, blasint incx, double beta, double *y,
   *     blasint incy);
   * }
   */
  public static void cblas_dgemv(
      int order,
      int trans,
      int m,
      int n,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incx,
      double beta,
      MemorySegment y,
      int incy) {
    var mh$ = cblas_dgemv.HANDLE;
    try {
      mh$.invokeExact(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_sgemm {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_sgemm");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_sgemm. */
  public static FunctionDescriptor cblas_sgemm$descriptor() {
    return cblas_sgemm.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_sgemm(enum CBLAS_ORDER Order, enum CBLAS_TRANSPOSE TransA, enum CBLAS_TRANSPOSE
   *     TransB, blasint M, blasint N, blasint K, float alpha, float *A, blasint lda, float *B,
   *     blasint ldb, float beta, float *C, blasint ldc);
   * }
   */
  public static void cblas_sgemm(
      int Order,
      int TransA,
      int TransB,
      int M,
      int N,
      int K,
      float alpha,
      MemorySegment A,
      int lda,
      MemorySegment B,
      int ldb,
      float beta,
      MemorySegment C,
      int ldc) {
    var mh$ = cblas_sgemm.HANDLE;
    try {
      mh$.invokeExact(Order, TransA, TransB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_dgemm {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_DOUBLE,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_DOUBLE,
            cblas_h.C_POINTER,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_dgemm");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_dgemm. */
  public static FunctionDescriptor cblas_dgemm$descriptor() {
    return cblas_dgemm.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_dgemm(enum CBLAS_ORDER Order, enum CBLAS_TRANSPOSE TransA, enum CBLAS_TRANSPOSE
   *     TransB, blasint M, blasint N, blasint K, double alpha, double *A, blasint lda, double
   *     *B, blasint ldb, double beta, double *C, blasint ldc);
   * }
   */
  public static void cblas_dgemm(
      int Order,
      int TransA,
      int TransB,
      int M,
      int N,
      int K,
      double alpha,
      MemorySegment A,
      int lda,
      MemorySegment B,
      int ldb,
      double beta,
      MemorySegment C,
      int ldc) {
    var mh$ = cblas_dgemm.HANDLE;
    try {
      mh$.invokeExact(Order, TransA, TransB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }

  private static class cblas_sgemm_batch_strided {
    public static final FunctionDescriptor DESC =
        FunctionDescriptor.ofVoid(
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_FLOAT,
            cblas_h.C_POINTER,
            cblas_h.C_INT,
            cblas_h.C_INT,
            cblas_h.C_INT);

    public static final MemorySegment ADDR = SYMBOL_LOOKUP.findOrThrow("cblas_sgemm_batch_strided");

    public static final MethodHandle HANDLE = OpenBlas.downcallHandle(ADDR, DESC);
  }

  /** The C types of cblas_sgemm_batch_strided. */
  public static FunctionDescriptor cblas_sgemm_batch_strided$descriptor() {
    return cblas_sgemm_batch_strided.DESC;
  }

  /**
   * From cblas.h:
   *
   * {@snippet lang=c :
   * void cblas_sgemm_batch_strided(enum CBLAS_ORDER Order, enum CBLAS_TRANSPOSE TransA, enum
   *     CBLAS_TRANSPOSE TransB, blasint M, blasint N, blasint K, float alpha, float * A, blasint
   *     lda, blasint stridea, float * B, blasint ldb, blasint strideb, float beta, float * C,
   *     blasint ldc, blasint stridec, blasint group_size);
   * }
   */
  public static void cblas_sgemm_batch_strided(
      int Order,
      int TransA,
      int TransB,
      int M,
      int N,
      int K,
      float alpha,
      MemorySegment A,
      int lda,
      int stridea,
      MemorySegment B,
      int ldb,
      int strideb,
      float beta,
      MemorySegment C,
      int ldc,
      int stridec,
      int group_size) {
    var mh$ = cblas_sgemm_batch_strided.HANDLE;
    try {
      mh$.invokeExact(
          Order,
          TransA,
          TransB,
          M,
          N,
          K,
          alpha,
          A,
          lda,
          stridea,
          B,
          ldb,
          strideb,
          beta,
          C,
          ldc,
          stridec,
          group_size);
    } catch (Error | RuntimeException ex) {
      throw ex;
    } catch (Throwable ex$) {
      throw new AssertionError("should not reach here", ex$);
    }
  }
}
