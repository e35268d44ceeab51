package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Once all is warm nothing is allocated, whatever the sizes are, and whoever uses memory how. */
@Tag("alone")
class WarmedTest {
  static final int RUNS = 200;

  /** As often as a service runs a session before it asks whether all is warm. */
  static final int SEEN = 10;

  /**
   * HotSpot makes a method handle's own code at its 127th call, which takes 30 KB once. What leaves
   * compiled code makes objects for thousands of runs.
   */
  static final int FIRST_RUNS = 200;

  /** One vector on the heap in each run would be 80 bytes or more. */
  static final long MOST_BYTES = 40L * RUNS;

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

  /** Several lines, behind all of which but the last there is room for a masked vector. */
  @Test
  void broadcastOperandsMakeNoVectorsOnTheHeap() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    for (int n : new int[] {10, 33, 100}) {
      Slice a = floats(7, n);
      Slice out = floats(7, n);
      demand("a row of " + n, Elementwise.binary(BinaryFunction.ADD, a, floats(n), out));
      demand("a column, " + n, Elementwise.binary(BinaryFunction.ADD, a, floats(7, 1), out));
    }
  }

  /** Before anybody has run one: later ones need no warmer. */
  @Test
  void whatHasVectorsIsKnownToTheWarmer() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    Slice x = floats(4, 32);
    Slice y = floats(4, 32);
    Slice four = floats(4);
    Slice labels = Slice.allocate(TensorType.i32(4), Arena.ofAuto());
    Slice counter = Slice.allocate(TensorType.i64(2), Arena.ofAuto());
    Channels channels = new Channels(4, 1, 32);
    Workers alone = Workers.none();
    List<Kernel> kernels =
        List.of(
            Rows.softmax(x, y),
            Rows.causalSoftmax(x, y),
            Rows.logSoftmax(x, y),
            Rows.crossEntropy(x, labels, four),
            Rows.crossEntropyGradient(x, labels, four, y),
            Randomness.dropout(0.5, 0, x, counter, y),
            Bits.positive(x, labels),
            Bits.select(labels, x, y),
            channels.moments(x, four, four, alone),
            channels.affine(x, four, Optional.empty(), y, alone),
            channels.products(x, y, four, four, alone));
    for (int i = 0; i < kernels.size(); i++) {
      assertInstanceOf(Warmed.class, kernels.get(i), "kernel " + i);
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

  /** Rows that repeat and rows that don't, most of them no whole vectors. */
  @Test
  void fusedProgramsOfWhateverWidthMakeNoVectorsOnTheHeap() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    for (int n : new int[] {10, 19, 21, 33, 64, 300}) {
      for (ScalarOp op : new ScalarOp[] {ScalarOp.TANH, ScalarOp.EXP}) {
        demand(op + " of sums of " + n, fused(op, n));
      }
    }
  }

  /** Of a matrix, a row and a column. */
  private static Kernel fused(ScalarOp op, int n) {
    List<Step> steps =
        List.of(
            new Step(ScalarOp.ADD, List.of(0, 1)),
            new Step(op, List.of(3)),
            new Step(ScalarOp.MUL, List.of(4, 2)));
    MapProgram program =
        new MapProgram(
            Collections.nCopies(3, Storage.NUMBERS),
            List.of(),
            steps,
            List.of(new Result(4, Storage.NUMBERS), new Result(5, Storage.NUMBERS)));
    List<Slice> in = List.of(floats(7, n), floats(n), floats(7, n));
    Shape space = Shape.of(7, n);
    long bytes =
        Programs.workspaceBytes(program, space, in.stream().map(s -> s.type().shape()).toList());
    MemorySegment workspace = Arena.ofAuto().allocate(Math.max(1, bytes), 64);
    return Programs.bind(
        program, space, new Slices(in, List.of(floats(7, n), floats(7, n)), workspace));
  }

  private static Kernel loss(int classes) {
    Slice labels = Slice.allocate(TensorType.i32(5), Arena.ofAuto());
    return Rows.crossEntropyWithGradient(
        floats(5, classes), labels, floats(5), floats(5), floats(5, classes));
  }

  private static void demand(String what, Kernel kernel) {
    times(SEEN, kernel);
    assertTrue(Warmer.awaitIdle(TimeUnit.SECONDS.toNanos(120)), "it gets warm");
    times(FIRST_RUNS, kernel);
    long bytes = bytesOf(kernel);
    assertTrue(bytes <= MOST_BYTES, what + ": " + bytes + " bytes in " + RUNS + " runs");
  }

  static long bytesOf(Kernel kernel) {
    long before = HeapAllocation.ofCurrentThread();
    times(RUNS, kernel);
    return HeapAllocation.ofCurrentThread() - before;
  }

  static void times(int n, Kernel kernel) {
    for (int i = 0; i < n; i++) {
      kernel.run();
    }
  }
}
