package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Once all is warm nothing is allocated, whatever the sizes are, and whoever uses memory how. */
@Tag("alone")
class WarmedTest {
  private static final int RUNS = 200;

  /** One vector on the heap in each run would be 80 bytes or more. */
  private static final long MOST_BYTES = 40L * RUNS;

  private static Slice floats(int... dims) {
    return Slice.allocate(TensorType.f32(dims), Arena.ofAuto());
  }

  /** Rows of other lengths than those the warmer tried: 10 is less than a vector, 48 are whole. */
  @Test
  void theFirstRunsOfWhateverSizeMakeNoVectorsOnTheHeap() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    for (int n : new int[] {48, 10, 100, 256, 64}) {
      demand("sum of " + n, Reduction.reduce(Fold.SUM, List.of(0), floats(n), floats()));
      demand("mean of " + n, Reduction.reduce(Fold.MEAN, List.of(1), floats(3, n), floats(3)));
      demand(
          "sums of columns, " + n, Reduction.reduce(Fold.SUM, List.of(0), floats(7, n), floats(n)));
      demand("loss of " + n, loss(n));
      demand("square root of " + n, Elementwise.unary(UnaryFunction.SQRT, floats(n), floats(n)));
    }
  }

  /** Each is a class of segments of its own, which this JVM has not seen used before. */
  @Test
  void wrappedArraysAndMappedFilesMakeNoVectorsOnTheHeap(@TempDir Path folder) throws IOException {
    assumeTrue(Simd.isAvailable(), Simd.description());
    Kernel sum = Reduction.reduce(Fold.SUM, List.of(0), floats(69), floats());
    demand("sum", sum);
    float first = MemorySegment.ofArray(new float[] {1}).get(JAVA_FLOAT_UNALIGNED, 0);
    Path file = Files.write(folder.resolve("a"), new byte[] {1});
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      byte mapped = channel.map(MapMode.READ_ONLY, 0, 1, arena).get(JAVA_BYTE, 0);
      assertEquals(first, mapped);
    }
    demand("sum after that", sum);
  }

  private static Kernel loss(int classes) {
    Slice labels = Slice.allocate(TensorType.i32(5), Arena.ofAuto());
    return Rows.crossEntropyWithGradient(
        floats(5, classes), labels, floats(5), floats(5), floats(5, classes));
  }

  private static void demand(String what, Kernel kernel) {
    for (int i = 0; i < 10; i++) {
      kernel.run();
    }
    assertTrue(Warmer.awaitIdle(TimeUnit.SECONDS.toNanos(120)), "it gets warm");
    long before = HeapAllocation.ofCurrentThread();
    for (int i = 0; i < RUNS; i++) {
      kernel.run();
    }
    long bytes = HeapAllocation.ofCurrentThread() - before;
    assertTrue(bytes <= MOST_BYTES, what + ": " + bytes + " bytes in " + RUNS + " runs");
  }
}
