package dev.ballast.micrometer;

import dev.ballast.Ballast;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.serve.Batcher;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.Refusal;
import dev.ballast.serve.SessionPool;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Meters of the process's memory, and of the pools, models and batchers that it is told of.
 *
 * <pre>{@code
 * new BallastMetrics()
 *     .withModel("fraud", ref)
 *     .withPool("fraud", pool)
 *     .bindTo(registry);
 * }</pre>
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name<th>tags<th>kind<th>what
 * <tr><td>ballast.memory.used<td>kind<td>gauge, bytes
 *     <td>off the heap; OpenBLAS's own is not counted
 * <tr><td>ballast.memory.limit<td><td>gauge, bytes<td>−1 where there is none
 * <tr><td>ballast.pool.size, .idle<td>pool<td>gauge, sessions<td>all; those that nobody has
 * <tr><td>ballast.pool.waiting<td>pool<td>gauge, threads<td>callers that wait for a session
 * <tr><td>ballast.pool.refusals<td>pool, reason<td>counter<td>callers that got none
 * <tr><td>ballast.pool.run<td>pool<td>timer<td>runs of its sessions
 * <tr><td>ballast.model.swap<td>model<td>timer<td>swaps that were done
 * <tr><td>ballast.model.swap.refusals<td>model<td>counter<td>swaps that threw
 * <tr><td>ballast.batcher.batches<td>batcher, size<td>counter
 *     <td>batches that sessions of that size answered
 * <tr><td>ballast.batcher.examples<td>batcher<td>counter
 *     <td>over batches: how many callers shared one
 * </table>
 *
 * <p>Nothing is done until somebody reads a meter, but that pools take the time of their runs from
 * {@link #bindTo} on. Meters hold pools, models and batchers weakly: whoever made them keeps them.
 */
public final class BallastMetrics implements MeterBinder {
  private final Tags tags;
  private final List<BiConsumer<MeterRegistry, Tags>> parts;

  private BallastMetrics(Tags tags, List<BiConsumer<MeterRegistry, Tags>> parts) {
    this.tags = tags;
    this.parts = List.copyOf(parts);
  }

  /** Of the process's memory alone. */
  public BallastMetrics() {
    this(Tags.empty(), List.of(BallastMetrics::memory));
  }

  /** The same, and these tags with each meter. */
  public BallastMetrics withTags(Iterable<Tag> more) {
    return new BallastMetrics(tags.and(more), parts);
  }

  /**
   * Also of a pool.
   *
   * @param name the value of tag {@code pool}
   */
  public BallastMetrics withPool(String name, SessionPool pool) {
    return with((registry, all) -> pool(registry, all.and("pool", name), pool));
  }

  /**
   * Also of a model's swaps.
   *
   * @param name the value of tag {@code model}
   */
  public BallastMetrics withModel(String name, ModelRef ref) {
    return with((registry, all) -> model(registry, all.and("model", name), ref));
  }

  /**
   * Also of a batcher.
   *
   * @param name the value of tag {@code batcher}
   */
  public BallastMetrics withBatcher(String name, Batcher batcher) {
    return with((registry, all) -> batcher(registry, all.and("batcher", name), batcher));
  }

  private BallastMetrics with(BiConsumer<MeterRegistry, Tags> part) {
    List<BiConsumer<MeterRegistry, Tags>> more = new ArrayList<>(parts);
    more.add(part);
    return new BallastMetrics(tags, more);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    parts.forEach(part -> part.accept(registry, tags));
  }

  private static void memory(MeterRegistry registry, Tags tags) {
    for (Kind kind : Kind.values()) {
      Gauge.builder("ballast.memory.used", kind, k -> OffHeap.taken().get(k))
          .description("Bytes taken off the heap")
          .baseUnit(BaseUnits.BYTES)
          .tags(tags.and("kind", kind.toString()))
          .register(registry);
    }
    Gauge.builder("ballast.memory.limit", BallastMetrics::limit)
        .description("The most bytes that may be taken off the heap; -1 where there is no limit")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .register(registry);
  }

  private static double limit() {
    long limit = Ballast.limit();
    return limit == Long.MAX_VALUE ? -1 : limit;
  }

  private static void pool(MeterRegistry registry, Tags tags, SessionPool pool) {
    pool.timeRuns();
    Gauge.builder("ballast.pool.size", pool, SessionPool::sessions)
        .description("Sessions of the pool")
        .baseUnit("sessions")
        .tags(tags)
        .register(registry);
    Gauge.builder("ballast.pool.idle", pool, SessionPool::idle)
        .description("Sessions that nobody has")
        .baseUnit("sessions")
        .tags(tags)
        .register(registry);
    Gauge.builder("ballast.pool.waiting", pool, SessionPool::waiting)
        .description("Callers that wait for a session")
        .baseUnit(BaseUnits.THREADS)
        .tags(tags)
        .register(registry);
    for (Refusal why : Refusal.values()) {
      FunctionCounter.builder("ballast.pool.refusals", pool, p -> p.refused(why))
          .description("Callers that got no session")
          .tags(tags.and("reason", why.name().toLowerCase(Locale.ROOT)))
          .register(registry);
    }
    FunctionTimer.builder(
            "ballast.pool.run",
            pool,
            p -> p.runs().timed(),
            p -> p.runs().nanos(),
            TimeUnit.NANOSECONDS)
        .description("Runs of the pool's sessions")
        .tags(tags)
        .register(registry);
  }

  private static void model(MeterRegistry registry, Tags tags, ModelRef ref) {
    FunctionTimer.builder(
            "ballast.model.swap",
            ref,
            r -> r.swaps().done(),
            r -> r.swaps().nanos(),
            TimeUnit.NANOSECONDS)
        .description("Models that were swapped in")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("ballast.model.swap.refusals", ref, r -> r.swaps().refused())
        .description("Swaps that were refused")
        .tags(tags)
        .register(registry);
  }

  private static void batcher(MeterRegistry registry, Tags tags, Batcher batcher) {
    for (int size : batcher.sizes()) {
      FunctionCounter.builder("ballast.batcher.batches", batcher, b -> b.batches(size))
          .description("Batches that sessions of that size answered")
          .tags(tags.and("size", Integer.toString(size)))
          .register(registry);
    }
    FunctionCounter.builder("ballast.batcher.examples", batcher, Batcher::examples)
        .description("Examples that were answered in batches")
        .tags(tags)
        .register(registry);
  }
}
