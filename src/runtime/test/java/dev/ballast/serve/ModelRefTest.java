package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.train.Graphs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ModelRefTest {
  private static final float[] X = SmallModel.example(5);

  private static double distance(PooledSession s, float[] expected) {
    s.input("x").copyFrom(X);
    s.run();
    return SmallModel.distance(expected, s.output("probabilities"));
  }

  @Test
  void underLoadEachAnswerIsOfOneModelAndAfterASwapOfTheNewOne() throws Exception {
    long before = SmallModel.taken();
    int swaps = 40;
    float[][] expected = new float[swaps + 1][];
    for (int i = 0; i <= swaps; i++) {
      expected[i] = SmallModel.expected(i, 1, X);
    }
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4);
        ModelRef ref = new ModelRef(SmallModel.serving(0))) {
      SessionPool pool = ref.pool(1, 3);
      int[] published = new int[1];
      List<Future<Integer>> readers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        readers.add(threads.submit(() -> read(pool, expected, published, stop)));
      }
      for (int i = 1; i <= swaps; i++) {
        Swap swap = ref.swap(ref.current().withWeights(SmallModel.weights(i)));
        synchronized (published) {
          published[0] = i;
        }
        assertTrue(swap.bytesDuring() > swap.bytesBefore(), swap.toString());
        try (PooledSession s = pool.borrow(10, TimeUnit.MINUTES)) {
          assertTrue(distance(s, expected[i]) < 1e-6, "swap " + i);
        }
        Thread.sleep(2);
      }
      stop.set(true);
      for (Future<Integer> f : readers) {
        assertTrue(f.get() > 0);
      }
    }
    assertEquals(before, SmallModel.taken(), "all models are freed");
  }

  /** Answers that were checked. An answer is of the model published when it was asked, or later. */
  private static int read(
      SessionPool pool, float[][] expected, int[] published, AtomicBoolean stop) {
    int answers = 0;
    while (!stop.get()) {
      int from;
      synchronized (published) {
        from = published[0];
      }
      try (PooledSession s = pool.borrow(10, TimeUnit.MINUTES)) {
        s.input("x").copyFrom(X);
        s.run();
        int model = from;
        while (SmallModel.distance(expected[model], s.output("probabilities")) > 1e-6) {
          model++;
        }
        answers++;
      }
    }
    return answers;
  }

  @Test
  void whatIsLentStaysGoodAndTheNextSwapWaitsForIt() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1))) {
      SessionPool pool = ref.pool(1, 2);
      ServingModel first = ref.current();
      PooledSession lent = pool.borrow();
      ref.swap(SmallModel.serving(2));
      assertFalse(first.isFreed());
      assertSame(first, lent.model());
      assertTrue(distance(lent, SmallModel.expected(1, 1, X)) < 1e-6);
      ServingModel third = SmallModel.serving(3);
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class, () -> ref.swap(third, 1, TimeUnit.MILLISECONDS));
      assertEquals(
          "a session of the model before the current one is still in use ("
              + Thread.currentThread().getName()
              + "): give it back before the next swap",
          e.getMessage());
      lent.close();
      assertTrue(first.isFreed());
      ref.swap(third);
      try (PooledSession s = pool.borrow()) {
        assertTrue(distance(s, SmallModel.expected(3, 1, X)) < 1e-6);
      }
    }
  }

  @Test
  void aSwapThatMemoryDoesNotAllowChangesNothing() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1));
        ServingModel next = SmallModel.serving(2)) {
      SessionPool pool = ref.pool(1, 2);
      SessionPool larger = ref.pool(16, 1);
      long taken = SmallModel.taken();
      long room = next.memory(1).prepared() + 2 * next.memory(1).session();
      long old = Ballast.limit(taken + room);
      try {
        assertThrows(OffHeapLimitException.class, () -> ref.swap(next));
      } finally {
        Ballast.limit(old);
      }
      for (SessionPool p : List.of(pool, larger)) {
        try (PooledSession s = p.borrow()) {
          assertSame(ref.current(), s.model());
        }
      }
      try (PooledSession s = pool.borrow()) {
        assertTrue(distance(s, SmallModel.expected(1, 1, X)) < 1e-6);
      }
    }
  }

  @Test
  void aModelWithOtherOutputsIsRefused() {
    Model narrow =
        new Model(
            "narrow",
            Shape.of(SmallModel.INPUTS),
            Sequential.of(Linear.of("fc", SmallModel.INPUTS, 3)));
    var graph = Graphs.serving(narrow, new CrossEntropy(), 1);
    try (Session any = Session.open(Planner.plan(graph, PlanOptions.defaults()));
        ServingModel next = ServingModel.of(graph, any.weights(), ServingOptions.defaults());
        ModelRef ref = new ModelRef(SmallModel.serving(1))) {
      ShapeException e = assertThrows(ShapeException.class, () -> ref.swap(next));
      assertEquals(
          "the new model has {input x=f32[1x20], output probabilities=f32[1x3], output"
              + " y=f32[1x3]}, the one that it replaces has {input x=f32[1x20], output"
              + " probabilities=f32[1x10], output y=f32[1x10]}",
          e.getMessage());
    }
  }
}
