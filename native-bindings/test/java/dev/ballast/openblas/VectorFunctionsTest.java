package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class VectorFunctionsTest {
  private static final int[] LENGTHS = {0, 1, 2, 15, 16, 17, 31, 33, 1000};

  private static MemorySegment floats(Arena arena, int n, int increment, double scale) {
    MemorySegment x = arena.allocate(JAVA_FLOAT, Math.max(1, (long) n * increment));
    for (int i = 0; i < n; i++) {
      x.setAtIndex(JAVA_FLOAT, (long) i * increment, (float) Math.sin(scale * (i + 1)));
    }
    return x;
  }

  private static float at(MemorySegment x, int index, int increment) {
    return x.getAtIndex(JAVA_FLOAT, (long) index * increment);
  }

  @Test
  void sdotEqualsALoopAtEveryLengthAndIncrement() {
    for (int n : LENGTHS) {
      for (int increment = 1; increment <= 3; increment++) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment x = floats(arena, n, increment, 0.3);
          MemorySegment y = floats(arena, n, 1, 0.7);
          double expected = 0;
          for (int i = 0; i < n; i++) {
            expected += (double) at(x, i, increment) * at(y, i, 1);
          }
          assertEquals(expected, cblas_h.cblas_sdot(n, x, increment, y, 1), 1e-4, "n = " + n);
        }
      }
    }
  }

  @Test
  void saxpyEqualsALoopAtEveryLengthAndIncrement() {
    for (int n : LENGTHS) {
      for (int increment = 1; increment <= 3; increment++) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment x = floats(arena, n, 1, 0.3);
          MemorySegment y = floats(arena, n, increment, 0.7);
          MemorySegment before = floats(arena, n, increment, 0.7);
          cblas_h.cblas_saxpy(n, -1.5f, x, 1, y, increment);
          for (int i = 0; i < n; i++) {
            double expected = at(before, i, increment) - 1.5 * at(x, i, 1);
            assertEquals(expected, at(y, i, increment), 1e-6, "n = " + n + ", element " + i);
          }
        }
      }
    }
  }

  @Test
  void sgemvAndDgemvEqualTwoLoopsInBothLayoutsAndTransposes() {
    int m = 19;
    int n = 33;
    for (int layout : new int[] {cblas_h.CblasRowMajor(), cblas_h.CblasColMajor()}) {
      for (int trans : new int[] {cblas_h.CblasNoTrans(), cblas_h.CblasTrans()}) {
        try (Arena arena = Arena.ofConfined()) {
          boolean rowMajor = layout == cblas_h.CblasRowMajor();
          boolean plain = trans == cblas_h.CblasNoTrans();
          int lda = (rowMajor ? n : m) + 2;
          int rows = plain ? m : n;
          int columns = plain ? n : m;
          MemorySegment a = floats(arena, Math.max(m, n) * lda, 1, 0.11);
          MemorySegment x = floats(arena, columns, 2, 0.23);
          MemorySegment y = floats(arena, rows, 1, 0.31);
          double[] expected = new double[rows];
          for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++) {
              int index = rowMajor == plain ? i * lda + j : j * lda + i;
              sum += (double) at(a, index, 1) * at(x, j, 2);
            }
            expected[i] = 2 * sum + 0.5 * at(y, i, 1);
          }
          MemorySegment y64 = widened(arena, y);
          cblas_h.cblas_dgemv(
              layout, trans, m, n, 2, widened(arena, a), lda, widened(arena, x), 2, 0.5, y64, 1);
          cblas_h.cblas_sgemv(layout, trans, m, n, 2, a, lda, x, 2, 0.5f, y, 1);
          for (int i = 0; i < rows; i++) {
            assertEquals(expected[i], at(y, i, 1), 1e-4);
            assertEquals(expected[i], y64.getAtIndex(JAVA_DOUBLE, i), 1e-12);
          }
        }
      }
    }
  }

  private static MemorySegment widened(Arena arena, MemorySegment floats) {
    long count = floats.byteSize() / Float.BYTES;
    MemorySegment doubles = arena.allocate(JAVA_DOUBLE, count);
    for (long i = 0; i < count; i++) {
      doubles.setAtIndex(JAVA_DOUBLE, i, floats.getAtIndex(JAVA_FLOAT, i));
    }
    return doubles;
  }

  @Test
  void aSegmentOnTheHeapIsRefused() {
    MemorySegment onHeap = MemorySegment.ofArray(new float[4]);
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> cblas_h.cblas_sdot(4, onHeap, 1, onHeap, 1));
    assertTrue(e.getMessage().contains("Heap segment not allowed"), e.getMessage());
  }

  @Test
  void aClosedSegmentIsRefused() {
    Arena arena = Arena.ofShared();
    MemorySegment x = arena.allocate(JAVA_FLOAT, 4);
    arena.close();
    assertThrows(IllegalStateException.class, () -> cblas_h.cblas_sdot(4, x, 1, x, 1));
  }

  @Test
  void theControlFunctionsDescribeTheLibraryOfTheReport() {
    LoadReport report = OpenBlas.report();
    assertEquals(report.config(), cblas_h.openblas_get_config().getString(0).strip());
    assertEquals(report.coreName(), cblas_h.openblas_get_corename().getString(0).strip());
    assertEquals(1, cblas_h.openblas_get_num_threads());
    assertTrue(cblas_h.openblas_get_parallel() >= cblas_h.OPENBLAS_SEQUENTIAL());
    cblas_h.openblas_set_num_threads(1);
    assertEquals(1, cblas_h.openblas_get_num_threads());
  }
}
