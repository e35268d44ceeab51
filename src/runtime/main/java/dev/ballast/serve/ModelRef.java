package dev.ballast.serve;

import dev.ballast.ir.Value;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.observe.Recorder;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The model that a service answers with, and the pools on it: it can be replaced while they are
 * used.
 *
 * <pre>{@code
 * try (ModelRef ref = new ModelRef(ServingModel.load(path))) {
 *   SessionPool pool = ref.pool(1, 8);
 *   …
 *   ref.swap(ServingModel.load(newer));    // on any thread; nobody who answers waits for it
 * }
 * }</pre>
 *
 * <p>A reader takes no lock: it reads which sessions are current, and takes one. The new model's
 * sessions are opened before they are published. The old one is closed when it is replaced, and
 * freed with the last of its sessions that are lent, so no more than two models have memory at a
 * time: the next swap waits until the old one is free.
 */
public final class ModelRef implements AutoCloseable {
  private static final long DEFAULT_WAIT_SECONDS = 10;
  private static final long POLL_NANOS = 100_000;

  private final List<SessionPool> pools = new ArrayList<>();
  private volatile ServingModel current;
  private volatile SwapCounts swaps = SwapCounts.NONE;
  private List<Generation> leaving = List.of();
  private boolean isClosed;

  /** Owns the model from now on. */
  public ModelRef(ServingModel first) {
    this.current = first;
  }

  /** The model that answers now. */
  public ServingModel current() {
    return current;
  }

  /**
   * A pool that follows the model.
   *
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes
   */
  public synchronized SessionPool pool(int batch, int sessions) {
    demandOpen();
    SessionPool pool = SessionPool.of(current, batch, sessions);
    pools.add(pool);
    return pool;
  }

  /** What came of swaps so far; waits for none that goes on. */
  public SwapCounts swaps() {
    return swaps;
  }

  /** As {@link #swap(ServingModel, long, TimeUnit)}, with ten seconds of patience. */
  public Swap swap(ServingModel next) {
    return swap(next, DEFAULT_WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Replaces the model. Where it throws nothing has changed, and the new model is still the
   * caller's.
   *
   * @param timeout how long to wait for sessions that are lent of the model before the current one
   * @throws ShapeException where the new model's inputs or outputs are others
   * @throws OffHeapLimitException where the process's limit leaves less memory than both take
   * @throws IllegalStateException where this is closed, or the model before the current one is not
   *     free in time; it names the threads that have its sessions
   */
  public synchronized Swap swap(ServingModel next, long timeout, TimeUnit unit) {
    demandOpen();
    boolean done = false;
    try {
      Swap swap = replace(next, timeout, unit);
      swaps = swaps.and(swap);
      done = true;
      return swap;
    } finally {
      if (!done) {
        swaps = swaps.andRefused();
      }
    }
  }

  private Swap replace(ServingModel next, long timeout, TimeUnit unit) {
    demandSameSignature(next);
    awaitFree(System.nanoTime() + unit.toNanos(timeout));
    pools.removeIf(SessionPool::isClosed);
    try (Recorder.Span span = Recorder.swap(next.toString())) {
      long before = taken();
      long start = System.nanoTime();
      List<Generation> prepared = prepare(next);
      long ready = System.nanoTime();
      long during = taken();
      span.tell(during, pools.stream().mapToInt(SessionPool::sessions).sum());
      ServingModel old = current;
      current = next;
      List<Generation> replaced = new ArrayList<>();
      for (int i = 0; i < pools.size(); i++) {
        replaced.add(pools.get(i).publish(prepared.get(i)));
      }
      leaving = replaced;
      old.close();
      long published = System.nanoTime();
      return new Swap(ready - start, published - ready, before, during, taken());
    }
  }

  private List<Generation> prepare(ServingModel next) {
    List<Generation> prepared = new ArrayList<>();
    boolean done = false;
    try {
      for (SessionPool p : pools) {
        prepared.add(p.prepare(next));
      }
      done = true;
      return prepared;
    } finally {
      if (!done) {
        prepared.forEach(Generation::retire);
      }
    }
  }

  private void awaitFree(long deadline) {
    for (Generation g : leaving) {
      while (!g.model().isFreed()) {
        g.reclaim();
        if (System.nanoTime() - deadline >= 0) {
          throw new IllegalStateException(
              "a session of the model before the current one is still in use ("
                  + g.holders()
                  + "): give it back before the next swap");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    leaving = List.of();
  }

  private void demandSameSignature(ServingModel next) {
    Map<String, TensorType> now = signature(current);
    Map<String, TensorType> then = signature(next);
    if (!now.equals(then)) {
      throw new ShapeException(
          "the new model has " + then + ", the one that it replaces has " + now);
    }
  }

  /** Inputs and outputs for a batch of one. */
  private static Map<String, TensorType> signature(ServingModel model) {
    var graph = model.plan(1).graph();
    Map<String, TensorType> all = new TreeMap<>();
    for (Value.Input i : graph.inputs()) {
      all.put("input " + i.name(), i.type());
    }
    graph.outputs().forEach((name, v) -> all.put("output " + name, v.type()));
    return all;
  }

  private static long taken() {
    return OffHeap.taken().values().stream().mapToLong(Long::longValue).sum();
  }

  private void demandOpen() {
    if (isClosed) {
      throw new IllegalStateException("the model reference is closed");
    }
  }

  /** Closes the pools and the model; what is lent stays good until it is given back. */
  @Override
  public synchronized void close() {
    isClosed = true;
    pools.forEach(SessionPool::close);
    current.close();
  }
}
