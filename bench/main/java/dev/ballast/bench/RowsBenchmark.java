package dev.ballast.bench;

import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Randomness;
import dev.ballast.kernel.Reduction;
import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.kernel.Rows;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Updates;
import dev.ballast.kernel.Updates.AdamRule;
import dev.ballast.kernel.Updates.SgdRule;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
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
 * Kernels that work on whole rows, and the optimizers' steps: on f32[64x512], and on f32[64x10]
 * (names that end in 10), where every row is a tail. Fast and reference side by side.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class RowsBenchmark {
  private static final int BATCH = 64;
  private static final int OTHERS_RUNS = 20;

  @Param({
    "SOFTMAX",
    "SOFTMAX_10",
    "CROSS_ENTROPY_10",
    "CROSS_ENTROPY_GRADIENT_10",
    "SUM_ROWS",
    "SUM_COLUMNS",
    "SUM_COLUMNS_10",
    "MAX_ROWS",
    "DROPOUT",
    "SGD",
    "MOMENTUM",
    "ADAM"
  })
  public String kernel;

  private Arena arena;
  private Kernel fast;
  private Kernel reference;

  @Setup(Level.Trial)
  public void bind() {
    arena = Arena.ofShared();
    Slice x = filled(BATCH, 512);
    Slice labels = Slice.allocate(TensorType.i32(BATCH), arena);
    Slice out = filled(BATCH, 512);
    Kernel other = Rows.softmax(x, out);
    for (int i = 0; i < OTHERS_RUNS; i++) {
      other.run();
    }
    Slice logits = filled(BATCH, 10);
    Slice wide = filled(BATCH, 10);
    Slice rows = filled(BATCH);
    switch (kernel) {
      case "SOFTMAX" -> bind(Rows.softmax(x, out), Rows.referenceSoftmax(x, out));
      case "SOFTMAX_10" -> bind(Rows.softmax(logits, wide), Rows.referenceSoftmax(logits, wide));
      case "CROSS_ENTROPY_10" ->
          bind(
              Rows.crossEntropy(logits, labels, rows),
              Rows.referenceCrossEntropy(logits, labels, rows));
      case "CROSS_ENTROPY_GRADIENT_10" ->
          bind(
              Rows.crossEntropyGradient(logits, labels, rows, wide),
              Rows.referenceCrossEntropyGradient(logits, labels, rows, wide));
      case "SUM_ROWS" -> bindReduction(Fold.SUM, 1, x, rows);
      case "SUM_COLUMNS" -> bindReduction(Fold.SUM, 0, x, filled(512));
      case "SUM_COLUMNS_10" -> bindReduction(Fold.SUM, 0, logits, filled(10));
      case "MAX_ROWS" -> bindReduction(Fold.MAX, 1, x, rows);
      case "DROPOUT" -> {
        Slice counter = Slice.allocate(TensorType.i64(2), arena);
        bind(
            Randomness.dropout(0.5, 1, x, counter, out),
            Randomness.referenceDropout(0.5, 1, x, counter, out));
      }
      default -> bindUpdate(x, out);
    }
  }

  private void bind(Kernel fastKernel, Kernel referenceKernel) {
    fast = fastKernel;
    reference = referenceKernel;
  }

  private void bindReduction(Fold fold, int axis, Slice in, Slice out) {
    bind(
        Reduction.reduce(fold, List.of(axis), in, out),
        Reduction.referenceReduce(fold, List.of(axis), in, out));
  }

  /** Steps without effect, so that parameters stay as they are however often they are taken. */
  private void bindUpdate(Slice p, Slice g) {
    Slice rate = Slice.allocate(TensorType.f32(), arena);
    Slice m = filled(BATCH, 512);
    Slice v = filled(BATCH, 512);
    if (kernel.equals("ADAM")) {
      Slice t = Slice.allocate(TensorType.i64(), arena);
      t.setLong(0, 10);
      AdamRule rule = new AdamRule(0.9, 0.999, 1e-8, 0, false);
      bind(
          Updates.adam(rule, p, g, rate, m, v, t, p, m, v),
          Updates.referenceAdam(rule, p, g, rate, m, v, t, p, m, v));
    } else {
      SgdRule rule = new SgdRule(kernel.equals("SGD") ? 0 : 0.9, false, 0);
      bind(Updates.sgd(rule, p, g, rate, v, p, v), Updates.referenceSgd(rule, p, g, rate, v, p, v));
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
