package dev.ballast.bench;

import dev.ballast.kernel.Convolution;
import dev.ballast.kernel.ConvolutionShape;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.WindowAxis;
import dev.ballast.kernel.Workers;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Convolutions: with the batch last, as training runs them; with the batch first, as the dispatcher
 * binds them; and as a copy of what lies under the window with a product by OpenBLAS.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class ConvolutionBenchmark {
  /** Channels in, out, size of the square image, of the square window, stride, padding. */
  @Param({
    "1,6,28,5,1,2",
    "6,16,14,5,1,0",
    "3,64,56,7,2,3",
    "64,64,28,3,1,1",
    "64,64,28,1,1,0",
    "128,128,14,3,1,1",
    "256,256,7,3,1,1"
  })
  public String layer;

  @Param({"1", "64"})
  public int batch;

  @Param("1")
  public int threads;

  private Arena arena;
  private Kernel last;
  private Kernel first;
  private Kernel columns;
  private Kernel inputGradient;
  private Kernel weightGradient;

  @Setup(Level.Trial)
  public void bind() {
    arena = Arena.ofShared();
    int[] n = Arrays.stream(layer.split(",")).mapToInt(Integer::parseInt).toArray();
    WindowAxis axis = new WindowAxis(n[2], n[3], n[4], n[5], 1);
    ConvolutionShape before = new ConvolutionShape(batch, n[0], n[1], 1, axis, axis, false);
    ConvolutionShape behind = new ConvolutionShape(batch, n[0], n[1], 1, axis, axis, true);
    Slice x = filled(batch, n[0], n[2], n[2]);
    Slice w = filled(n[1], n[0], n[3], n[3]);
    Slice b = filled(n[1]);
    Slice y = filled(batch, n[1], axis.out(), axis.out());
    Slice dx = filled(batch, n[0], n[2], n[2]);
    Slice dw = filled(n[1], n[0], n[3], n[3]);
    List<Slice> in = List.of(x, w, b);
    last = Convolution.forward(behind, bound(in, Convolution.forwardBytes(behind), y));
    first = Convolution.forward(before, bound(in, Convolution.forwardBytes(before), y));
    columns = Convolution.byColumns(before, bound(in, Convolution.columnBytes(before), y));
    long bytes = Convolution.inputGradientBytes(behind);
    inputGradient = Convolution.inputGradient(behind, bound(List.of(y, w), bytes, dx));
    bytes = Convolution.weightGradientBytes(behind);
    weightGradient = Convolution.weightGradient(behind, bound(List.of(x, y), bytes, dw, b));
  }

  private Slices bound(List<Slice> inputs, long bytes, Slice... results) {
    return new Slices(inputs, List.of(results), room(bytes), Workers.of(threads));
  }

  private MemorySegment room(long bytes) {
    return bytes == 0 ? MemorySegment.NULL : arena.allocate(bytes, 64);
  }

  private Slice filled(int... dims) {
    Slice s = Slice.allocate(TensorType.f32(dims), arena);
    Philox random = new Philox(1, 0);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, random.nextGaussian());
    }
    return s;
  }

  @TearDown(Level.Trial)
  public void close() {
    arena.close();
  }

  @Benchmark
  public void batchLast() {
    last.run();
  }

  @Benchmark
  public void batchFirst() {
    first.run();
  }

  @Benchmark
  public void columnsByOpenBlas() {
    columns.run();
  }

  @Benchmark
  public void inputGradientBatchLast() {
    inputGradient.run();
  }

  @Benchmark
  public void weightGradientBatchLast() {
    weightGradient.run();
  }
}
