package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * {@code cblas_sgemm_batch_strided} as a loop over {@code cblas_sgemm}, which stands in for the
 * library's own on every platform.
 *
 * <p>The bundled libraries of macOS and Windows and older system libraries do not have the
 * function, and where 0.3.31 has it, it is broken: builds that choose their kernels at run time
 * jump to a wrong address for small products (OpenBLAS pull request 5980 mends that, after 0.3.31).
 * Of 168 combinations of order, transposes, beta and sizes tried with the bundled library, 72 ended
 * the process (row order, up to 64 x 64 x 64) and 80 gave wrong numbers (column order, nearly all).
 * With one thread the library's own would be a loop like this one.
 */
final class StridedBatch {
  static final String SYMBOL = "cblas_sgemm_batch_strided";

  private StridedBatch() {}

  static MethodHandle of(SymbolLookup symbols, FunctionDescriptor batchDescriptor) {
    MethodType type = batchDescriptor.toMethodType();
    FunctionDescriptor gemmDescriptor =
        FunctionDescriptor.ofVoid(
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_FLOAT,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_FLOAT,
            ADDRESS,
            JAVA_INT);
    MethodHandle gemm = Native.downcall(symbols.findOrThrow("cblas_sgemm"), gemmDescriptor);
    try {
      return MethodHandles.lookup()
          .findStatic(StridedBatch.class, "run", type.insertParameterTypes(0, MethodHandle.class))
          .bindTo(gemm);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("only " + SYMBOL + " has a stand-in, not " + batchDescriptor, e);
    }
  }

  private static void run(
      MethodHandle gemm,
      int order,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      int strideA,
      MemorySegment b,
      int ldb,
      int strideB,
      float beta,
      MemorySegment c,
      int ldc,
      int strideC,
      int batch)
      throws Throwable {
    for (int i = 0; i < batch; i++) {
      gemm.invokeExact(
          order,
          transA,
          transB,
          m,
          n,
          k,
          alpha,
          from(a, i, strideA),
          lda,
          from(b, i, strideB),
          ldb,
          beta,
          from(c, i, strideC),
          ldc);
    }
  }

  private static MemorySegment from(MemorySegment first, int index, int strideFloats) {
    return first.asSlice((long) index * strideFloats * Float.BYTES);
  }
}
