package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductThreadsTest {
  @ParameterizedTest
  @CsvSource({
    "64, 70, 90, false, false", "64, 70, 90, false, true", "130, 77, 129, true, false",
    "65, 300, 256, true, true", "9, 200, 31, false, true", "1, 600, 40, false, false"
  })
  void productsHaveTheSameBitsOnAnyNumberOfThreads(
      int m, int n, int k, boolean transposeA, boolean transposeB) {
    assumeTrue(Simd.isAvailable(), Simd.description());
    float[] alone = product(m, n, k, transposeA, transposeB, 1);
    for (int threads : new int[] {2, 3}) {
      assertArrayEquals(alone, product(m, n, k, transposeA, transposeB, threads));
    }
  }

  private static float[] product(
      int m, int n, int k, boolean transposeA, boolean transposeB, int threads) {
    try (Arena arena = Arena.ofShared()) {
      Slice a = random(1, transposeA ? Shape.of(k, m) : Shape.of(m, k), arena);
      Slice b = random(2, transposeB ? Shape.of(n, k) : Shape.of(k, n), arena);
      Slice c = random(3, Shape.of(m, n), arena);
      var dims = new Gemm.Dims(m, n, k);
      long bytes = Gemm.workspaceBytes(c.dtype(), dims, transposeA, transposeB, false);
      var slices =
          new Slices(List.of(a, b), List.of(c), arena.allocate(bytes, 64), Workers.of(threads));
      Gemm.matmul(transposeA, transposeB, slices).run();
      return c.toFloats();
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
