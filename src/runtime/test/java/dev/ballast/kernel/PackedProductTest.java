package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.ShapeException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedProductTest {
  private static final int[] ROWS = {1, 2, 5, 6, 7, 8, 9, 13, 64, 70};
  private static final int[] COLUMNS = {1, 10, 15, 16, 17, 31, 48, 49, 64, 100, 129, 200};
  private static final int[] DEPTHS = {1, 2, 33};

  private final Operands operands = new Operands();

  private Slice packed(Panels p, boolean transposed, Slice b) {
    Slice packed = operands.zeros(p.shape().dims());
    packed.fill(Double.NaN);
    p.pack(transposed, b, packed).run();
    return packed;
  }

  private Slice product(Panels p, boolean transposeA, Slice a, Slice packed, int threads) {
    int rows = a.type().shape().dim(transposeA ? 1 : 0);
    Slice c = operands.unaligned(rows, p.columns());
    long bytes = Gemm.packedWorkspaceBytes(DType.F32, p, rows);
    MemorySegment room = operands.zeros((int) Math.max(1, bytes / 4)).memory();
    Slices s = new Slices(List.of(a, packed), List.of(c), room, Workers.of(threads));
    Gemm.matmulPacked(p, transposeA, s).run();
    return c;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void packedProductsAreTheProductsOfUnpackedMatrices(boolean transposed) {
    for (int m : ROWS) {
      for (int n : COLUMNS) {
        for (int k : DEPTHS) {
          Slice a = transposed ? operands.normal(k, m) : operands.normal(m, k);
          Slice b = transposed ? operands.normal(n, k) : operands.normal(k, n);
          Slice expected = operands.zeros(m, n);
          Gemm.referenceMatmul(transposed, transposed, a, b, expected).run();
          Panels p = Panels.of(new Gemm.Dims(m, n, k));
          Slice c = product(p, transposed, a, packed(p, transposed, b), 1);
          Operands.assertClose(expected, c, 1e-5, 1e-5 * k);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 16", "5, 16", "16, 16", "40, 48", "48, 48", "100, 48", "300, 128"})
  void panelsHoldTheColumnsAndZerosBehindThem(int columns, int width) {
    Panels p = new Panels(columns, 7, width);
    Slice b = operands.normal(columns, 7);
    Slice packed = packed(p, true, b);
    int n = 0;
    for (int panel = 0; panel < p.shape().dim(0); panel++) {
      for (int k = 0; k < 7; k++) {
        for (int j = 0; j < width; j++) {
          int column = panel * width + j;
          double expected = column < columns ? b.get((long) column * 7 + k) : 0;
          assertEquals(expected, packed.get(n++), panel + ", " + k + ", " + j);
        }
      }
    }
    Slice turned = operands.zeros(7, columns);
    Movement.strided(
            turned.type().shape(), b, 0, new long[] {1, 7}, turned, 0, new long[] {columns, 1})
        .run();
    Operands.assertSameBits(packed, packed(p, false, turned), "stored as [K,N]");
    Slice plain = operands.zeros(p.shape().dims());
    p.referencePack(true, b, plain).run();
    Operands.assertSameBits(plain, packed, "an element at a time");
  }

  /** They are packed a stretch of rows at a time. */
  @ParameterizedTest
  @CsvSource({"4096", "4097", "9000"})
  void deepPanelsArePackedToTheirEnd(int depth) {
    Panels p = new Panels(19, depth, 16);
    Slice b = operands.normal(19, depth);
    Slice plain = operands.zeros(p.shape().dims());
    p.referencePack(true, b, plain).run();
    Operands.assertSameBits(plain, packed(p, true, b), "depth " + depth);
  }

  /** Plain loops serve a JVM without vectors. Cold and warm are KernelPromisesTest's. */
  @ParameterizedTest
  @CsvSource({"1, 200, 90", "8, 100, 64", "9, 60, 31", "130, 77, 40"})
  void theBitsAreTheSameOnThreadsAndWithoutVectors(int m, int n, int k) {
    Panels p = Panels.of(new Gemm.Dims(m, n, k));
    Slice a = operands.normal(m, k);
    Slice packed = packed(p, true, operands.normal(n, k));
    Slice plain = operands.zeros(m, n);
    p.plainProduct(new TileGrid.Left(a.memory(), 4L * k, 4), m, packed.memory(), plain.memory())
        .run();
    for (int threads = 1; threads <= 3; threads++) {
      Operands.assertSameBits(plain, product(p, false, a, packed, threads), threads + " threads");
    }
  }

  /** A batch of one more row must not change what the others get. */
  @Test
  void panelsOfOneWidthServeAnyNumberOfRows() {
    Panels p = new Panels(70, 33, 48);
    Slice a = operands.normal(9, 33);
    Slice packed = packed(p, true, operands.normal(70, 33));
    Slice first = new Slice(operands.zeros(1, 33).type(), a.memory().asSlice(0, 4 * 33));
    float[] all = product(p, false, a, packed, 1).toFloats();
    float[] one = product(p, false, first, packed, 1).toFloats();
    assertArrayEquals(java.util.Arrays.copyOf(all, 70), one);
  }

  @Test
  void operandsThatDoNotFitAreRefused() {
    Panels p = new Panels(20, 8, 32);
    Slice packed = operands.zeros(p.shape().dims());
    for (Slice a : List.of(operands.zeros(3, 7), operands.zeros(4, 8))) {
      Slices s = new Slices(List.of(a, packed), List.of(operands.zeros(3, 20)), a.memory());
      var e = assertThrows(ShapeException.class, () -> Gemm.matmulPacked(p, false, s));
      assertEquals(
          "matmul_packed: " + a.type() + " · f32[1x8x32] gives no f32[3x20]", e.getMessage());
    }
    var e = assertThrows(IllegalArgumentException.class, () -> new Panels(0, 8, 16));
    assertTrue(e.getMessage().contains("panels of 16 columns"), e.getMessage());
  }
}
