package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions and their gradients on any number of threads, cut into lines, rows and sums. Each is
 * large enough to be shared. What they compute is compared with references elsewhere.
 */
class ConvolutionThreadsTest {
  /** Channels in and out, groups, height and width, window, stride, padding, dilation. */
  private static final String[] SHAPES = {
    "5, 9, 1, 17, 18, 3, 1, 1, 1", "4, 6, 2, 16, 15, 3, 2, 1, 1", "6, 6, 6, 24, 21, 5, 1, 2, 1",
    "3, 11, 1, 19, 20, 3, 1, 0, 2", "2, 8, 1, 21, 23, 4, 3, 2, 2", "16, 40, 1, 5, 5, 5, 1, 0, 1",
    "16, 40, 1, 6, 6, 5, 1, 0, 1", "32, 24, 1, 9, 8, 1, 1, 0, 1"
  };

  private static final int[] BATCHES = {1, 3, 16, 19, 33};

  private record Results(float[] y, float[] dx, float[] dw, float[] db) {}

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void bitsDoNotDependOnTheNumberOfThreads(boolean batchLast) {
    for (String shape : SHAPES) {
      for (int batch : BATCHES) {
        ConvolutionShape s = shape(shape, batch, batchLast);
        Results alone = results(s, 1);
        for (int threads : new int[] {2, 3}) {
          Results shared = results(s, threads);
          String what = shape + ", batch " + batch + ", threads " + threads;
          assertArrayEquals(alone.y, shared.y, "y of " + what);
          assertArrayEquals(alone.dx, shared.dx, "dx of " + what);
          assertArrayEquals(alone.dw, shared.dw, "dw of " + what);
          assertArrayEquals(alone.db, shared.db, "db of " + what);
        }
        assertFalse(Arrays.equals(alone.y, new float[alone.y.length]));
      }
    }
  }

  private static ConvolutionShape shape(String shape, int batch, boolean batchLast) {
    int[] n = Arrays.stream(shape.split(", ")).mapToInt(Integer::parseInt).toArray();
    WindowAxis down = new WindowAxis(n[3], n[5], n[6], n[7], n[8]);
    WindowAxis across = new WindowAxis(n[4], n[5], n[6], n[7], n[8]);
    return new ConvolutionShape(batch, n[0], n[1], n[2], down, across, batchLast);
  }

  private static Results results(ConvolutionShape s, int threads) {
    try (Arena arena = Arena.ofShared()) {
      Slice x = images(s, s.in(), s.y().in(), s.x().in(), 1, arena);
      Slice dy = images(s, s.out(), s.y().out(), s.x().out(), 2, arena);
      Shape filter = Shape.of(s.out(), s.groupIn(), s.y().kernel(), s.x().kernel());
      Slice w = random(3, filter, arena);
      Slice b = random(4, Shape.of(s.out()), arena);
      Slice y = random(5, dy.type().shape(), arena);
      Slice dx = random(5, x.type().shape(), arena);
      Slice dw = random(5, filter, arena);
      Slice db = random(5, Shape.of(s.out()), arena);
      long bytes = Convolution.forwardBytes(s);
      Convolution.forward(s, slices(List.of(x, w, b), List.of(y), bytes, threads, arena)).run();
      bytes = Convolution.inputGradientBytes(s);
      Convolution.inputGradient(s, slices(List.of(dy, w), List.of(dx), bytes, threads, arena))
          .run();
      bytes = Convolution.weightGradientBytes(s);
      Convolution.weightGradient(s, slices(List.of(x, dy), List.of(dw, db), bytes, threads, arena))
          .run();
      return new Results(y.toFloats(), dx.toFloats(), dw.toFloats(), db.toFloats());
    }
  }

  private static Slices slices(
      List<Slice> in, List<Slice> out, long bytes, int threads, Arena arena) {
    return new Slices(in, out, arena.allocate(bytes, 64), Workers.of(threads));
  }

  private static Slice images(
      ConvolutionShape s, int channels, int height, int width, int stream, Arena arena) {
    Shape shape =
        s.batchLast()
            ? Shape.of(channels, height, width, s.batch())
            : Shape.of(s.batch(), channels, height, width);
    return random(stream, shape, arena);
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
