package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.plan.PlanOptions;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import dev.ballast.testing.Allocations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BatcherTest {
  private static final int CLASSES = 10;
  private static final long X_BYTES = SmallModel.INPUTS * 4L;
  private static final long Y_BYTES = CLASSES * 4L;

  private static Batcher batcher(ModelRef ref, BatchingOptions options) {
    return Batcher.of(ref, "x", "probabilities", options);
  }

  private static double distance(float[] expected, MemorySegment y) {
    double most = 0;
    for (int i = 0; i < CLASSES; i++) {
      most = Math.max(most, Math.abs(expected[i] - y.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
    }
    return most;
  }

  @ParameterizedTest
  @CsvSource({"1,1,0", "4,1,0", "5,2,50", "16,1,200"})
  void eachCallerGetsTheAnswerToItsOwnQuestion(int most, int parallel, long linger)
      throws Exception {
    int questions = 16;
    float[][] expected = new float[questions][];
    for (int i = 0; i < questions; i++) {
      expected[i] = SmallModel.expected(1, 1, SmallModel.example(i));
    }
    long before = SmallModel.taken();
    BatchingOptions options =
        new BatchingOptions(most, parallel, TimeUnit.MICROSECONDS.toNanos(linger));
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        Batcher batcher = batcher(ref, options);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int first = t;
        tasks.add(
            () -> {
              double worst = 0;
              try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocate(X_BYTES, 4);
                MemorySegment y = arena.allocate(Y_BYTES, 4);
                for (int i = 0; i < 500; i++) {
                  int q = (first + i) % questions;
                  x.copyFrom(MemorySegment.ofArray(SmallModel.example(q)));
                  batcher.run(x, y);
                  worst = Math.max(worst, distance(expected[q], y));
                }
              }
              return worst;
            });
      }
      for (Future<Double> f : threads.invokeAll(tasks)) {
        assertTrue(f.get() < 1e-6, "off by " + f.get());
      }
    }
    assertEquals(before, SmallModel.taken());
  }

  @Test
  void whoComesWhileTheFirstLingersSharesItsBatch() throws Exception {
    int most = 4;
    BatchingOptions options =
        BatchingOptions.defaults().withMost(most).withLinger(10, TimeUnit.MINUTES);
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        Batcher batcher = batcher(ref, options);
        ExecutorService threads = Executors.newFixedThreadPool(most)) {
      CountDownLatch answered = new CountDownLatch(most);
      for (int t = 0; t < most; t++) {
        float[] x = SmallModel.example(t);
        threads.submit(
            () -> {
              batcher.run(MemorySegment.ofArray(x), MemorySegment.ofArray(new float[CLASSES]));
              answered.countDown();
            });
      }
      // Each alone would wait for minutes: only together are they a full batch.
      assertTrue(answered.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void anUnreadableQuestionHarmsNobodyElse() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        Batcher batcher = batcher(ref, BatchingOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      MemorySegment y = arena.allocate(Y_BYTES, 4);
      Arena gone = Arena.ofConfined();
      MemorySegment x = gone.allocate(X_BYTES, 4);
      gone.close();
      assertThrows(IllegalStateException.class, () -> batcher.run(x, y));
      MemorySegment good = arena.allocate(X_BYTES, 4);
      good.copyFrom(MemorySegment.ofArray(SmallModel.example(1)));
      assertThrows(RuntimeException.class, () -> batcher.run(good, y.asReadOnly()));
      batcher.run(good, y);
      assertTrue(distance(SmallModel.expected(1, 1, SmallModel.example(1)), y) < 1e-6);
    }
  }

  /** An op that fails as reading beyond a mapped file's new end does. */
  public record Failing() implements Op {
    @Override
    public String name() {
      return "failing";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public Kernel reference(Slices s) {
      return () -> {
        throw new InternalError("the file was cut");
      };
    }
  }

  @Test
  void allWhoShareABatchHearOfAnErrorAndNobodyWaitsForEver() throws Exception {
    GraphBuilder b = new GraphBuilder("failing");
    b.output("y", b.apply(new Failing(), b.input("x", TensorType.f32(1, 2))));
    BatchingOptions options =
        BatchingOptions.defaults().withMost(2).withLinger(10, TimeUnit.MINUTES);
    try (ModelRef ref =
            new ModelRef(
                ServingModel.of(b.build(), MemorySegment.NULL, ServingOptions.defaults()));
        Batcher batcher = Batcher.of(ref, "x", "y", options);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 3; round++) {
        List<Future<String>> told = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
          told.add(
              threads.submit(
                  () ->
                      assertThrows(
                              InternalError.class,
                              () ->
                                  batcher.run(
                                      MemorySegment.ofArray(new float[2]),
                                      MemorySegment.ofArray(new float[2])))
                          .getMessage()));
        }
        for (Future<String> f : told) {
          assertEquals("the file was cut", f.get(30, TimeUnit.SECONDS));
        }
      }
    }
  }

  @Test
  void followsASwap() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        Batcher batcher = batcher(ref, BatchingOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(X_BYTES, 4);
      MemorySegment y = arena.allocate(Y_BYTES, 4);
      x.copyFrom(MemorySegment.ofArray(SmallModel.example(1)));
      ref.swap(SmallModel.serving(2));
      batcher.run(x, y);
      assertTrue(distance(SmallModel.expected(2, 1, SmallModel.example(1)), y) < 1e-6);
    }
  }

  @Test
  void answersWithoutAllocating() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        Batcher batcher = batcher(ref, BatchingOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(X_BYTES, PlanOptions.ALIGNMENT);
      MemorySegment y = arena.allocate(Y_BYTES, PlanOptions.ALIGNMENT);
      Allocations.assertNone(() -> batcher.run(x, y));
    }
  }

  @Test
  void saysWhatDoesNotFit() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Batcher.of(ref, "x", "scores", BatchingOptions.defaults()).close());
      assertEquals("the model has no output 'scores', only [y, probabilities]", e.getMessage());
      assertEquals(
          "a batcher feeds a single input, 'pixels'; the model has [x]",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> Batcher.of(ref, "pixels", "y", BatchingOptions.defaults()).close())
              .getMessage());
      Batcher batcher = batcher(ref, BatchingOptions.defaults());
      MemorySegment y = MemorySegment.ofArray(new float[CLASSES]);
      ShapeException small =
          assertThrows(
              ShapeException.class, () -> batcher.run(MemorySegment.ofArray(new float[3]), y));
      assertEquals("input 'x' of one example has 80 bytes, not 12", small.getMessage());
      batcher.close();
      batcher.close();
      MemorySegment x = MemorySegment.ofArray(SmallModel.example(1));
      assertEquals(
          "the batcher is closed",
          assertThrows(IllegalStateException.class, () -> batcher.run(x, y)).getMessage());
    }
  }

  @Test
  void twoThreadsMayCloseIt() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (ModelRef ref = new ModelRef(SmallModel.serving(1));
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        Batcher batcher = batcher(ref, BatchingOptions.defaults().withMost(1));
        CountDownLatch ready = new CountDownLatch(2);
        Callable<Void> close =
            () -> {
              ready.countDown();
              ready.await();
              batcher.close();
              return null;
            };
        for (Future<Void> f : threads.invokeAll(List.of(close, close))) {
          f.get();
        }
      }
    }
  }
}
