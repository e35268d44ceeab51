package dev.ballast.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.serve.Batcher;
import dev.ballast.serve.BatchingOptions;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.NoSessionException;
import dev.ballast.serve.PooledSession;
import dev.ballast.serve.ServingModel;
import dev.ballast.serve.ServingOptions;
import dev.ballast.serve.SessionPool;
import dev.ballast.serve.Swap;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.testing.Allocations;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What meters tell, against what was done. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BallastMetricsTest {
  /** Nanoseconds: meters keep times as doubles of another unit, which rounds. */
  private static final double TO_AND_FROM_SECONDS = 1e-3;

  private static final long LATE = 600_000;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TrainingSession training;
  private ModelRef ref;

  @BeforeEach
  void serve() {
    Model model = new Model("small", Shape.of(4), Sequential.of(Linear.of("fc", 4, 3)));
    training =
        TrainingSession.open(
            model, TrainingOptions.of(new CrossEntropy(), Sgd.of(0.1)).withBatch(2));
    ref =
        new ModelRef(
            ServingModel.of(training.serving(), training.keep(), ServingOptions.defaults()));
  }

  @AfterEach
  void close() {
    ref.close();
    training.close();
    registry.close();
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).functionCounter().count();
  }

  private static void ask(SessionPool pool) {
    try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
      s.input("x").fill(1);
      s.run();
    }
  }

  @Test
  void memoryIsThatOfTheAccount() {
    new BallastMetrics().bindTo(registry);
    for (Kind kind : Kind.values()) {
      assertEquals(
          (double) OffHeap.taken().get(kind),
          gauge("ballast.memory.used", "kind", kind.toString()));
    }
    double before = gauge("ballast.memory.used", "kind", "arenas");
    SessionPool pool = ref.pool(64, 1);
    long more = ref.current().memory(64).session() + ref.current().memory(64).prepared();
    assertEquals(more, gauge("ballast.memory.used", "kind", "arenas") - before);
    pool.close();
    assertEquals(-1, gauge("ballast.memory.limit"));
    Ballast.limit(1L << 30);
    try {
      assertEquals(1L << 30, gauge("ballast.memory.limit"));
    } finally {
      Ballast.limit(Long.MAX_VALUE);
    }
  }

  @Test
  void aPoolUnderLoadIsCountedToTheRunAndSwapsWithIt() throws Exception {
    int callers = 4;
    int each = 2000;
    SessionPool pool = ref.pool(1, 2);
    new BallastMetrics().withPool("p", pool).withModel("m", ref).bindTo(registry);
    long swapNanos = 0;
    int swaps = 5;
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int t = 0; t < callers; t++) {
        threads.submit(
            () -> {
              for (int i = 0; i < each; i++) {
                ask(pool);
              }
            });
      }
      for (int i = 0; i < swaps; i++) {
        Swap swap = ref.swap(ref.current().withWeights(training.keep()));
        swapNanos += swap.prepareNanos() + swap.publishNanos();
      }
    }
    var runs = registry.get("ballast.pool.run").tag("pool", "p").functionTimer();
    assertEquals(callers * each, runs.count());
    assertEquals(pool.runs().nanos(), runs.totalTime(TimeUnit.NANOSECONDS), TO_AND_FROM_SECONDS);
    assertTrue(runs.totalTime(TimeUnit.NANOSECONDS) > 0);
    var swapped = registry.get("ballast.model.swap").tag("model", "m").functionTimer();
    assertEquals(swaps, swapped.count());
    assertEquals(swapNanos, swapped.totalTime(TimeUnit.NANOSECONDS), TO_AND_FROM_SECONDS);
    assertEquals(2, gauge("ballast.pool.idle", "pool", "p"));
  }

  @Test
  void whoWaitsAndWhoIsRefusedIsSeen() throws Exception {
    SessionPool pool = ref.pool(1, 1);
    new BallastMetrics().withPool("p", pool).bindTo(registry);
    PooledSession mine = pool.borrow();
    assertEquals(1, gauge("ballast.pool.size"));
    assertEquals(0, gauge("ballast.pool.idle"));
    assertThrows(NoSessionException.class, () -> pool.borrow().close());
    assertThrows(NoSessionException.class, () -> pool.borrow(1, TimeUnit.MILLISECONDS).close());
    Thread waits = Thread.ofVirtual().start(() -> ask(pool));
    while (gauge("ballast.pool.waiting") != 1) {
      Thread.onSpinWait();
    }
    mine.close();
    waits.join();
    assertEquals(0, gauge("ballast.pool.waiting"));
    assertEquals(1, count("ballast.pool.refusals", "reason", "busy"));
    assertEquals(1, count("ballast.pool.refusals", "reason", "timeout"));
    assertEquals(0, count("ballast.pool.refusals", "reason", "queue_full"));
    assertEquals(0, count("ballast.pool.refusals", "reason", "interrupted"));
  }

  @Test
  void aRefusedSwapIsSeen() {
    new BallastMetrics().withModel("m", ref).bindTo(registry);
    Model other = new Model("other", Shape.of(5), Sequential.of(Linear.of("fc", 5, 3)));
    try (TrainingSession wrong =
            TrainingSession.open(
                other, TrainingOptions.of(new CrossEntropy(), Sgd.of(0.1)).withBatch(1));
        ServingModel model =
            ServingModel.of(wrong.serving(), wrong.keep(), ServingOptions.defaults())) {
      assertThrows(ShapeException.class, () -> ref.swap(model));
    }
    assertEquals(1, count("ballast.model.swap.refusals", "model", "m"));
    assertEquals(0, registry.get("ballast.model.swap").functionTimer().count());
  }

  @Test
  void batchesAreSeenBySizeAndTheirExamples() {
    try (Batcher batcher =
            Batcher.of(ref, "x", "probabilities", BatchingOptions.defaults().withMost(2));
        Arena arena = Arena.ofConfined()) {
      new BallastMetrics().withBatcher("b", batcher).bindTo(registry);
      MemorySegment x = arena.allocate(16, 64);
      MemorySegment y = arena.allocate(12, 64);
      for (int i = 0; i < 7; i++) {
        batcher.run(x, y);
      }
      assertEquals(7, count("ballast.batcher.batches", "batcher", "b", "size", "1"));
      assertEquals(0, count("ballast.batcher.batches", "batcher", "b", "size", "2"));
      assertEquals(7, count("ballast.batcher.examples", "batcher", "b"));
    }
  }

  @Test
  void aPoolThatIsWatchedAllocatesNothing() {
    SessionPool pool = ref.pool(1, 1);
    new BallastMetrics().withPool("p", pool).bindTo(registry);
    Allocations.assertNone(() -> ask(pool));
  }

  /** As Micrometer's conventions ask: lower case, words apart by dots, base units. */
  @Test
  void namesAndTagsFollowTheConventions() {
    SessionPool pool = ref.pool(1, 1);
    new BallastMetrics()
        .withModel("m", ref)
        .withPool("p", pool)
        .withTags(Tags.of("app", "shop"))
        .bindTo(registry);
    assertEquals(4 + 1 + 3 + 4 + 1 + 1 + 1, registry.getMeters().size());
    for (Meter m : registry.getMeters()) {
      String name = m.getId().getName();
      assertTrue(name.matches("ballast(\\.[a-z]+)+"), name);
      assertEquals("shop", m.getId().getTag("app"));
      m.getId()
          .getTags()
          .forEach(t -> assertEquals(t.getKey(), t.getKey().toLowerCase(Locale.ROOT)));
      assertTrue(m.getId().getDescription() != null, name);
    }
  }
}
