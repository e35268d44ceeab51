package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * Fills the next batch on a thread of its own while a step runs: two batches off the heap, one of
 * which is filled while the other waits to be taken. Whoever is ahead waits. Nothing is allocated
 * for a batch. Examples come in the same order, so results are the bits that they would be without
 * it.
 *
 * <p>The order may change once all batches of an epoch are taken: the loader stops at its end.
 */
final class BatchLoader implements Feed {
  private static final int BUFFERS = 2;

  private final Dataset data;
  private final Order order;
  private final int batch;
  private final Arena arena = OffHeap.arena(Kind.DATA, "batches loaded ahead");
  private final Slice[] x = new Slice[BUFFERS];
  private final Slice[] target = new Slice[BUFFERS];
  private final Thread loader;
  private final Thread trainer = Thread.currentThread();

  /** The place of the next example to be loaded; the loader's while batches are owed. */
  private int at;

  /** Batches asked for, filled and taken since the start: each is written by one thread. */
  private volatile long asked;

  private volatile long filled;
  private volatile long taken;
  private volatile boolean closed;
  private volatile Throwable failure;

  /**
   * @param x the type of a full batch
   * @param target the type of its targets
   */
  BatchLoader(Dataset data, Order order, TensorType x, TensorType target) {
    this.data = data;
    this.order = order;
    this.batch = x.shape().dim(0);
    for (int i = 0; i < BUFFERS; i++) {
      this.x[i] = Slice.allocate(x, arena);
      this.target[i] = Slice.allocate(target, arena);
    }
    this.loader = Thread.ofPlatform().daemon().name("ballast-loader").start(this::load);
  }

  Thread thread() {
    return loader;
  }

  @Override
  public void begin(int first) {
    if (asked != taken) {
      throw new IllegalStateException("%d batches were not taken".formatted(asked - taken));
    }
    at = first;
    asked = asked + (data.size() - first + batch - 1) / batch;
    LockSupport.unpark(loader);
  }

  private void load() {
    try {
      while (!closed) {
        if (filled < asked && filled - taken < BUFFERS) {
          fill((int) (filled % BUFFERS));
          filled = filled + 1;
          LockSupport.unpark(trainer);
        } else {
          LockSupport.park(this);
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      LockSupport.unpark(trainer);
    }
  }

  private void fill(int buffer) {
    int size = Math.min(batch, data.size() - at);
    for (int row = 0; row < size; row++) {
      data.copy(order.at(at++), x[buffer], target[buffer], row);
    }
  }

  /**
   * @throws IllegalStateException where the loader failed, with the reason
   */
  @Override
  public void next(Slice toX, Slice toTarget, int size) {
    while (filled == taken) {
      if (failure != null) {
        throw new IllegalStateException("loading examples failed: " + failure, failure);
      }
      LockSupport.park(this);
    }
    int buffer = (int) (taken % BUFFERS);
    copy(x[buffer], toX);
    copy(target[buffer], toTarget);
    taken = taken + 1;
    LockSupport.unpark(loader);
  }

  /** The rows that both have: the last batch of an epoch is smaller. */
  private static void copy(Slice from, Slice to) {
    long bytes = Math.min(from.memory().byteSize(), to.memory().byteSize());
    MemorySegment.copy(from.memory(), 0, to.memory(), 0, bytes);
  }

  /** Waits for the loader to end, so that nobody writes to memory that is gone. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(loader);
    boolean interrupted = false;
    while (loader.isAlive()) {
      try {
        loader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
