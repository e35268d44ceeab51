package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.testing.Allocations;
import dev.ballast.train.Graphs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What pools, batchers and references count, against what was done with them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CountsTest {
  private static final long LATE = 600_000;

  private static void ask(SessionPool pool) {
    try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
      s.run();
    }
  }

  @Test
  void noRunIsLostOrCountedTwiceWhileModelsAreSwapped() throws Exception {
    int callers = 4;
    int swaps = 20;
    AtomicLong done = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    MemorySegment weights = SmallModel.weights(1);
    try (ModelRef ref = new ModelRef(SmallModel.serving(0))) {
      SessionPool pool = ref.pool(1, 3);
      try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
        for (int t = 0; t < callers; t++) {
          threads.submit(
              () -> {
                while (!stop.get()) {
                  ask(pool);
                  done.incrementAndGet();
                }
              });
        }
        try {
          long last = 0;
          for (int i = 0; i < swaps; i++) {
            long least = done.get();
            long runs = pool.runs().runs();
            assertTrue(runs >= least && runs >= last, "sums only grow");
            last = runs;
            ref.swap(ref.current().withWeights(weights));
          }
        } finally {
          stop.set(true);
        }
      }
      assertEquals(new RunCounts(done.get(), 0, 0), pool.runs());
    }
  }

  @Test
  void timeIsTakenOnceItIsAskedForAndAllocatesNothing() {
    try (ServingModel model = SmallModel.serving(0);
        SessionPool pool = SessionPool.of(model, 1, 1)) {
      ask(pool);
      assertEquals(new RunCounts(1, 0, 0), pool.runs());
      pool.timeRuns();
      long start = System.nanoTime();
      ask(pool);
      ask(pool);
      long all = System.nanoTime() - start;
      RunCounts counts = pool.runs();
      assertEquals(3, counts.runs());
      assertEquals(2, counts.timed());
      assertTrue(counts.nanos() > 0 && counts.nanos() <= all, counts.toString());
      Allocations.assertNone(() -> ask(pool));
    }
  }

  @Test
  void aRunThatThrewIsNotCounted() {
    Model sums = new Model("sums", Shape.of(2), Sequential.of(Linear.of("fc", 2, 2)));
    try (ServingModel model =
            ServingModel.of(
                Graphs.serving(sums, new CrossEntropy(), 1),
                Arena.ofAuto().allocate(128, 64),
                ServingOptions.defaults());
        SessionPool pool = SessionPool.of(model, 1, 1)) {
      PooledSession s = pool.borrow();
      s.close();
      assertThrows(IllegalStateException.class, s::run);
      assertEquals(0, pool.runs().runs());
    }
  }

  @Test
  void saysWhoIsThereAndWhyCallersWereRefused() throws Exception {
    try (ServingModel model = SmallModel.serving(0)) {
      SessionPool pool = SessionPool.of(model, 1, 2);
      PooledSession a = pool.borrow();
      assertEquals(1, pool.idle());
      PooledSession b = pool.borrow();
      assertEquals(0, pool.idle());
      assertThrows(NoSessionException.class, () -> pool.borrow().close());
      assertThrows(NoSessionException.class, () -> pool.borrow(1, TimeUnit.MILLISECONDS).close());
      Thread waits =
          Thread.ofVirtual()
              .start(
                  () ->
                      assertThrows(
                          NoSessionException.class,
                          () -> pool.borrow(LATE, TimeUnit.MILLISECONDS).close()));
      while (pool.waiting() == 0) {
        Thread.onSpinWait();
      }
      assertEquals(1, pool.waiting());
      waits.interrupt();
      waits.join();
      assertEquals(0, pool.waiting());
      assertEquals(
          List.of(1L, 1L, 0L, 1L), List.of(Refusal.values()).stream().map(pool::refused).toList());
      b.close();
      a.close();
      assertEquals(2, pool.idle());
      pool.close();
      assertEquals(0, pool.idle());
    }
  }

  @Test
  void eachExampleOfABatcherIsCountedOnce() throws Exception {
    int callers = 5;
    int each = 300;
    try (ModelRef ref = new ModelRef(SmallModel.serving(0));
        Batcher batcher =
            Batcher.of(ref, "x", "probabilities", BatchingOptions.defaults().withMost(4))) {
      assertEquals(List.of(1, 2, 4), batcher.sizes());
      try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
        for (int t = 0; t < callers; t++) {
          threads.submit(
              () -> {
                try (Arena arena = Arena.ofConfined()) {
                  MemorySegment x = arena.allocate(4L * SmallModel.INPUTS, 64);
                  MemorySegment y = arena.allocate(40, 64);
                  for (int i = 0; i < each; i++) {
                    batcher.run(x, y);
                  }
                }
              });
        }
      }
      assertEquals((long) callers * each, batcher.examples());
      long batches = batcher.sizes().stream().mapToLong(batcher::batches).sum();
      long room = batcher.sizes().stream().mapToLong(n -> n * batcher.batches(n)).sum();
      assertTrue(batches <= batcher.examples() && batcher.examples() <= room);
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> batcher.batches(3));
      assertEquals("the batcher has sessions of [1, 2, 4], not 3", e.getMessage());
    }
  }

  @Test
  void swapsThatWereRefusedAreCountedApart() {
    try (ModelRef ref = new ModelRef(SmallModel.serving(0))) {
      ref.pool(1, 1);
      Model other = new Model("other", Shape.of(3), Sequential.of(Linear.of("fc", 3, 10)));
      try (ServingModel wrong =
          ServingModel.of(
              Graphs.serving(other, new CrossEntropy(), 1),
              Arena.ofAuto().allocate(192, 64),
              ServingOptions.defaults())) {
        assertThrows(ShapeException.class, () -> ref.swap(wrong));
      }
      assertEquals(new SwapCounts(0, 1, 0), ref.swaps());
      long nanos =
          LongStream.of(1, 2)
              .map(
                  i -> {
                    Swap s = ref.swap(ref.current().withWeights(SmallModel.weights(i)));
                    return s.prepareNanos() + s.publishNanos();
                  })
              .sum();
      assertEquals(new SwapCounts(2, 1, nanos), ref.swaps());
    }
  }

  @Test
  void aSessionsModelSaysWhereItsWeightsCameFrom() {
    TreeMap<String, String> origin = new TreeMap<>();
    origin.put("version", "7");
    try (ModelRef ref = new ModelRef(SmallModel.serving(0))) {
      SessionPool pool = ref.pool(1, 1);
      ref.swap(ref.current().withWeights(SmallModel.weights(1), origin));
      try (PooledSession s = pool.borrow()) {
        assertEquals("7", s.model().metadata().get("version"));
      }
    }
  }
}
