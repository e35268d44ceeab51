package dev.ballast.bench;

import dev.ballast.kernel.BinaryFunction;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.UnaryFunction;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
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
 * Elementwise kernels on f32[64x512], the hidden activations of mnist-mlp: fast and reference side
 * by side. All functions run before any is measured, so that none has the JVM to itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class ElementwiseBenchmark {
  private static final int OTHERS_RUNS = 20;

  /** A function of one or of two numbers; ADD_ROW adds f32[512] to each row. */
  @Param({"ADD", "MUL", "ADD_ROW", "RELU", "EXP", "LOG", "TANH", "SIGMOID", "GELU", "SIN"})
  public String function;

  private Arena arena;
  private Kernel fast;
  private Kernel reference;

  @Setup(Level.Trial)
  public void bind() {
    arena = Arena.ofShared();
    Slice a = filled(64, 512);
    Slice b = filled(64, 512);
    Slice row = filled(512);
    Slice out = Slice.allocate(a.type(), arena);
    for (UnaryFunction f : UnaryFunction.values()) {
      runOthers(Elementwise.unary(f, a, out));
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      runOthers(Elementwise.binary(f, a, b, out));
    }
    switch (function) {
      case "ADD_ROW" -> bind(BinaryFunction.ADD, a, row, out);
      case "ADD", "MUL" -> bind(BinaryFunction.valueOf(function), a, b, out);
      default -> {
        fast = Elementwise.unary(UnaryFunction.valueOf(function), a, out);
        reference = Elementwise.referenceUnary(UnaryFunction.valueOf(function), a, out);
      }
    }
  }

  private void bind(BinaryFunction f, Slice a, Slice b, Slice out) {
    fast = Elementwise.binary(f, a, b, out);
    reference = Elementwise.referenceBinary(f, a, b, out);
  }

  private static void runOthers(Kernel k) {
    for (int i = 0; i < OTHERS_RUNS; i++) {
      k.run();
    }
  }

  private Slice filled(int... dims) {
    Slice s = Slice.allocate(TensorType.f32(dims), arena);
    Philox random = new Philox(1, dims.length);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, 0.1 + random.nextDouble());
    }
    return s;
  }

  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }

  @Benchmark
  public void fast() {
    fast.run();
  }

  @Benchmark
  public void reference() {
    reference.run();
  }
}
