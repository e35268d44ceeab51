package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way to compute a product, whether or not the table would choose it. */
class ProductKernelsTest {
  private static final int MARGIN = 64;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 10, 256",
    "3, 17, 5",
    "8, 48, 64",
    "12, 65, 33",
    "64, 70, 90",
    "130, 16, 7",
    "200, 129, 100",
    "260, 5, 40"
  })
  void eachWayThatServesAProductComputesItOnAnyNumberOfThreads(int m, int n, int k) {
    for (ProductKernel way : ProductKernel.values()) {
      for (int sides = 0; sides < 4; sides++) {
        boolean transposeA = (sides & 1) != 0;
        boolean transposeB = (sides & 2) != 0;
        for (boolean adds : new boolean[] {false, true}) {
          if (way.serves(new Gemm.Dims(m, n, k), transposeA, transposeB, adds)) {
            check(way, m, n, k, transposeA, transposeB, adds);
          }
        }
      }
    }
  }

  private static void check(
      ProductKernel way,
      int m,
      int n,
      int k,
      boolean transposeA,
      boolean transposeB,
      boolean adds) {
    String name = way + " " + m + "×" + n + "×" + k + " " + transposeA + transposeB + adds;
    try (Arena arena = Arena.ofShared()) {
      Slice a = random(1, transposeA ? Shape.of(k, m) : Shape.of(m, k), arena);
      Slice b = random(2, transposeB ? Shape.of(n, k) : Shape.of(k, n), arena);
      Slice expected = random(3, Shape.of(m, n), arena);
      if (adds) {
        Slice start = random(3, Shape.of(m, n), arena);
        Gemm.referenceMatmulAdd(transposeA, transposeB, start, a, b, expected).run();
      } else {
        Gemm.referenceMatmul(transposeA, transposeB, a, b, expected).run();
      }
      float[] alone = new float[0];
      for (int threads = 1; threads <= 2; threads++) {
        Slice c = random(3, Shape.of(m, n), arena);
        Gemm.Dims d = new Gemm.Dims(m, n, k);
        long bytes = way.workspaceBytes(d, adds);
        MemorySegment room = arena.allocate(bytes + MARGIN, 64);
        room.fill((byte) -1);
        var operands =
            new ProductKernel.Operands(
                d,
                transposeA,
                transposeB,
                adds,
                a.memory(),
                b.memory(),
                c.memory(),
                room.asSlice(0, bytes));
        way.bind(operands, Workers.of(threads)).run();
        for (long i = 0; i < c.elements(); i++) {
          assertEquals(expected.get(i), c.get(i), 1e-5 * k, name + ", element " + i);
        }
        alone = threads == 1 ? c.toFloats() : alone;
        assertArrayEquals(alone, c.toFloats(), name + " on threads");
      }
    }
  }

  private static Slice random(int stream, Shape shape, Arena arena) {
    Slice s = Slice.allocate(new TensorType(DType.F32, shape), arena);
    Philox random = new Philox(3, stream);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, random.nextGaussian());
    }
    return s;
  }
}
