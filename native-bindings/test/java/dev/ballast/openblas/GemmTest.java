package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GemmTest {
  private static final List<Integer> LAYOUTS =
      List.of(cblas_h.CblasRowMajor(), cblas_h.CblasColMajor());
  private static final List<Integer> TRANSPOSES =
      List.of(cblas_h.CblasNoTrans(), cblas_h.CblasTrans());
  private static final int[][] SIZES = {
    {1, 1, 1}, {2, 3, 5}, {17, 16, 15}, {33, 1, 64}, {7, 65, 9}
  };
  private static final int PADDING = 3;

  @FunctionalInterface
  private interface Case {
    void check(int layout, int transA, int transB, int m, int n, int k);
  }

  private static void forAll(Case test) {
    for (int layout : LAYOUTS) {
      for (int transA : TRANSPOSES) {
        for (int transB : TRANSPOSES) {
          for (int[] size : SIZES) {
            test.check(layout, transA, transB, size[0], size[1], size[2]);
          }
        }
      }
    }
  }

  /** Where element (row, column) of op(X) is, if X has the given layout, transpose and stride. */
  private static int at(int layout, int trans, int ld, int row, int column) {
    boolean swap = (layout == cblas_h.CblasColMajor()) != (trans == cblas_h.CblasTrans());
    return swap ? column * ld + row : row * ld + column;
  }

  private static int ld(int layout, int trans, int rows, int columns) {
    boolean swap = (layout == cblas_h.CblasColMajor()) != (trans == cblas_h.CblasTrans());
    return (swap ? rows : columns) + PADDING;
  }

  /** The longest of the stored dimensions times the stride covers every layout. */
  private static double[] random(int rows, int columns, int ld, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return random.doubles((long) Math.max(rows, columns) * ld, -1, 1).toArray();
  }

  private record Product(int layout, int transA, int transB, int m, int n, int k) {
    int lda() {
      return ld(layout, transA, m, k);
    }

    int ldb() {
      return ld(layout, transB, k, n);
    }

    int ldc() {
      return ld(layout, cblas_h.CblasNoTrans(), m, n);
    }

    double[] a(long seed) {
      return random(m, k, lda(), seed);
    }

    double[] b(long seed) {
      return random(k, n, ldb(), seed);
    }

    double[] c(long seed) {
      return random(m, n, ldc(), seed);
    }

    double[] expected(double alpha, double[] a, double[] b, double beta, double[] c) {
      double[] result = c.clone();
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += a[at(layout, transA, lda(), i, l)] * b[at(layout, transB, ldb(), l, j)];
          }
          int to = at(layout, cblas_h.CblasNoTrans(), ldc(), i, j);
          result[to] = alpha * sum + beta * c[to];
        }
      }
      return result;
    }
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static void assertClose(double[] expected, MemorySegment actual, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual.getAtIndex(JAVA_FLOAT, i), 1e-4, what + " at " + i);
    }
  }

  @Test
  void sgemmEqualsThreeLoopsInBothLayoutsAndAllTransposes() {
    forAll(
        (layout, transA, transB, m, n, k) -> {
          Product p = new Product(layout, transA, transB, m, n, k);
          double[] a = p.a(1);
          double[] b = p.b(2);
          double[] c = p.c(3);
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeC = arena.allocateFrom(JAVA_FLOAT, floats(c));
            cblas_h.cblas_sgemm(
                layout,
                transA,
                transB,
                m,
                n,
                k,
                0.5f,
                arena.allocateFrom(JAVA_FLOAT, floats(a)),
                p.lda(),
                arena.allocateFrom(JAVA_FLOAT, floats(b)),
                p.ldb(),
                -2f,
                nativeC,
                p.ldc());
            assertClose(p.expected(0.5, a, b, -2, c), nativeC, p.toString());
          }
        });
  }

  @Test
  void dgemmEqualsThreeLoopsInBothLayoutsAndAllTransposes() {
    forAll(
        (layout, transA, transB, m, n, k) -> {
          Product p = new Product(layout, transA, transB, m, n, k);
          double[] a = p.a(4);
          double[] b = p.b(5);
          double[] c = p.c(6);
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeC = arena.allocateFrom(JAVA_DOUBLE, c);
            cblas_h.cblas_dgemm(
                layout,
                transA,
                transB,
                m,
                n,
                k,
                1.5,
                arena.allocateFrom(JAVA_DOUBLE, a),
                p.lda(),
                arena.allocateFrom(JAVA_DOUBLE, b),
                p.ldb(),
                0.25,
                nativeC,
                p.ldc());
            double[] expected = p.expected(1.5, a, b, 0.25, c);
            for (int i = 0; i < expected.length; i++) {
              assertEquals(expected[i], nativeC.getAtIndex(JAVA_DOUBLE, i), 1e-12, p + " at " + i);
            }
          }
        });
  }

  @Test
  void batchStridedEqualsOneProductForEachMember() {
    forAll((l, tA, tB, m, n, k) -> checkBatch(l, tA, tB, m, n, k));
  }

  private static void checkBatch(int layout, int tA, int tB, int m, int n, int k) {
    int members = 3;
    Product p = new Product(layout, tA, tB, m, n, k);
    int strideA = p.a(0).length + 1;
    int strideB = p.b(0).length + 2;
    int strideC = p.c(0).length + 3;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = arena.allocate(JAVA_FLOAT, (long) members * strideA);
      MemorySegment b = arena.allocate(JAVA_FLOAT, (long) members * strideB);
      MemorySegment c = arena.allocate(JAVA_FLOAT, (long) members * strideC);
      for (int i = 0; i < members; i++) {
        put(a, (long) i * strideA, p.a(10 + i));
        put(b, (long) i * strideB, p.b(20 + i));
        put(c, (long) i * strideC, p.c(30 + i));
      }
      cblas_h.cblas_sgemm_batch_strided(
          layout, tA, tB, m, n, k, 2f, a, p.lda(), strideA, b, p.ldb(), strideB, -1f, c, p.ldc(),
          strideC, members);
      for (int i = 0; i < members; i++) {
        double[] expected = p.expected(2, p.a(10 + i), p.b(20 + i), -1, p.c(30 + i));
        assertClose(
            expected, c.asSlice((long) i * strideC * Float.BYTES), "member " + i + " of " + p);
      }
    }
  }

  private static void put(MemorySegment to, long index, double[] values) {
    for (int i = 0; i < values.length; i++) {
      to.setAtIndex(JAVA_FLOAT, index + i, (float) values[i]);
    }
  }
}
