package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools and what is done channel by channel, on any number of threads, warm and cold. */
@Tag("alone")
class PoolThreadsTest {
  /** Channels, height and width, window, stride, padding. */
  private static final String[] SHAPES = {
    "7, 26, 26, 2, 2, 0", "5, 27, 24, 3, 2, 1", "6, 25, 27, 3, 1, 1", "9, 24, 24, 2, 3, 0"
  };

  private static final int[] BATCHES = {1, 3, 8, 16, 19, 32};

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void bitsDoNotDependOnTheNumberOfThreads(boolean batchLast) {
    for (String shape : SHAPES) {
      for (int batch : BATCHES) {
        int[] n = Arrays.stream(shape.split(", ")).mapToInt(Integer::parseInt).toArray();
        WindowAxis down = new WindowAxis(n[1], n[3], n[4], n[5], 1);
        WindowAxis across = new WindowAxis(n[2], n[3], n[4], n[5], 1);
        PoolShape s = new PoolShape(batch, n[0], down, across, batchLast);
        List<float[]> alone = results(s, 1);
        Warmer.awaitIdle();
        for (int threads : new int[] {1, 2, 3}) {
          List<float[]> shared = results(s, threads);
          for (int i = 0; i < alone.size(); i++) {
            String what = "result %d of %s, batch %d, threads %d";
            assertArrayEquals(
                alone.get(i), shared.get(i), what.formatted(i, shape, batch, threads));
          }
        }
      }
    }
  }

  private static List<float[]> results(PoolShape s, int threads) {
    Workers workers = Workers.of(threads);
    List<float[]> all = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      Slice x = random(1, images(s, s.y().in(), s.x().in()), arena);
      Slice y = random(5, images(s, s.y().out(), s.x().out()), arena);
      Slice dx = random(6, x.type().shape(), arena);
      Slice places = Slice.allocate(TensorType.i32((int) s.placeWords()), arena);
      pool(Pooling.max(s, slices(List.of(x), workers, y)), y, all);
      pool(Pooling.max(s, slices(List.of(x), workers, y, places)), y, all);
      Slice dy = random(2, y.type().shape(), arena);
      dy.set(0, -0.0);
      pool(Pooling.maxGradient(s, slices(List.of(places, dy), workers, dx)), dx, all);
      pool(Pooling.mean(s, false, slices(List.of(x), workers, y)), y, all);
      pool(Pooling.meanGradient(s, true, slices(List.of(dy), workers, dx)), dx, all);
      channels(s, x, dx, workers, arena, all);
    }
    return all;
  }

  private static void channels(
      PoolShape s, Slice x, Slice y, Workers workers, Arena arena, List<float[]> all) {
    long plane = (long) s.y().in() * s.x().in();
    Channels c =
        s.batchLast()
            ? new Channels(s.channels(), 1, plane * s.batch())
            : new Channels(s.channels(), s.batch(), plane);
    Slice first = random(7, Shape.of(s.channels()), arena);
    Slice second = random(8, Shape.of(s.channels()), arena);
    pool(c.affine(x, first, Optional.of(second), y, workers), y, all);
    pool(c.moments(x, first, second, workers), first, all);
    all.add(second.toFloats());
    pool(c.products(x, y, first, second, workers), first, all);
    all.add(second.toFloats());
  }

  private static void pool(Kernel kernel, Slice result, List<float[]> all) {
    kernel.run();
    all.add(result.toFloats());
  }

  private static Slices slices(List<Slice> inputs, Workers workers, Slice... results) {
    return new Slices(inputs, List.of(results), MemorySegment.NULL, workers);
  }

  private static Shape images(PoolShape s, int height, int width) {
    return s.batchLast()
        ? Shape.of(s.channels(), height, width, s.batch())
        : Shape.of(s.batch(), s.channels(), height, width);
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
