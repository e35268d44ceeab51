package dev.ballast.serve;

import dev.ballast.memory.OffHeapLimitException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of sessions for services whose threads are not their own.
 *
 * <pre>{@code
 * try (PooledSession s = pool.borrow(2, TimeUnit.MILLISECONDS)) {
 *   s.input("x").copyFrom(features);
 *   s.run();
 *   return s.output("y").get(0);
 * }
 * }</pre>
 *
 * <p>Borrowing and giving back allocate nothing and take no lock. Where none is free the caller
 * waits until its deadline; where as many wait already as the pool was made for, it is refused at
 * once, so that a queue can't grow without end. Whoever comes may be served before those who wait.
 */
public final class SessionPool implements AutoCloseable {
  /** How many callers may wait for each session. */
  private static final int WAITING_PER_SESSION = 64;

  private static final int SPINS = 200;

  private final int batch;
  private final int sessions;

  /** Threads that wait; null where a place is free, or its thread was told to look again. */
  private final AtomicReferenceArray<Thread> waiting;

  private volatile Generation current;
  private volatile boolean isClosed;

  private SessionPool(ServingModel model, int batch, int sessions) {
    if (sessions < 1) {
      throw new IllegalArgumentException("a pool needs at least one session, not " + sessions);
    }
    this.batch = batch;
    this.sessions = sessions;
    this.waiting = new AtomicReferenceArray<>(Math.multiplyExact(sessions, WAITING_PER_SESSION));
    this.current = prepare(model);
  }

  /**
   * A pool on one model, which is not closed with it.
   *
   * @throws IllegalStateException where the model is closed
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes
   */
  public static SessionPool of(ServingModel model, int batch, int sessions) {
    return new SessionPool(model, batch, sessions);
  }

  /** The batch size of its sessions. */
  public int batch() {
    return batch;
  }

  public int sessions() {
    return sessions;
  }

  boolean isClosed() {
    return isClosed;
  }

  /** The model that the next borrower answers with. */
  public ServingModel model() {
    return current.model();
  }

  /**
   * A free session, at once.
   *
   * @throws NoSessionException where none is free
   * @throws IllegalStateException where the pool is closed
   */
  public PooledSession borrow() {
    PooledSession s = take();
    if (s == null) {
      throw new NoSessionException("all " + sessions + " sessions of the pool are in use");
    }
    return s;
  }

  /**
   * A free session, as soon as there is one.
   *
   * @throws NoSessionException where none is free before the deadline, too many wait already, or
   *     the thread is interrupted, which it then still is
   * @throws IllegalStateException where the pool is closed
   */
  public PooledSession borrow(long timeout, TimeUnit unit) {
    for (int i = 0; i < SPINS; i++) {
      PooledSession s = take();
      if (s != null) {
        return s;
      }
      Thread.onSpinWait();
    }
    return await(System.nanoTime() + unit.toNanos(timeout));
  }

  private PooledSession await(long deadline) {
    while (true) {
      int place = enter();
      PooledSession s = take();
      if (s == null) {
        long left = deadline - System.nanoTime();
        if (left > 0 && !Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(this, left);
        }
      }
      boolean wasTold = !waiting.compareAndSet(place, Thread.currentThread(), null);
      if (s != null) {
        if (wasTold) {
          wakeOne();
        }
        return s;
      }
      s = take();
      if (s != null) {
        return s;
      }
      demandTime(deadline);
    }
  }

  private void demandTime(long deadline) {
    if (Thread.currentThread().isInterrupted()) {
      throw new NoSessionException("interrupted while waiting for a session of the pool");
    }
    if (deadline - System.nanoTime() <= 0) {
      throw new NoSessionException(
          "none of the " + sessions + " sessions of the pool was given back in time");
    }
  }

  /** The place among those who wait. */
  private int enter() {
    Thread self = Thread.currentThread();
    int length = waiting.length();
    int start = (int) (self.threadId() % length);
    for (int i = 0; i < length; i++) {
      int at = (start + i) % length;
      if (waiting.get(at) == null && waiting.compareAndSet(at, null, self)) {
        return at;
      }
    }
    throw new NoSessionException(
        length + " callers wait already for the " + sessions + " sessions of the pool");
  }

  /** A session is free, or all are of another generation: someone who waits shall look again. */
  void wakeOne() {
    for (int i = 0; i < waiting.length(); i++) {
      Thread t = waiting.get(i);
      if (t != null && waiting.compareAndSet(i, t, null)) {
        LockSupport.unpark(t);
        return;
      }
    }
  }

  private void wakeAll() {
    for (int i = 0; i < waiting.length(); i++) {
      Thread t = waiting.getAndSet(i, null);
      if (t != null) {
        LockSupport.unpark(t);
      }
    }
  }

  /** A free session of the current generation, or null. */
  private PooledSession take() {
    int start = (int) Thread.currentThread().threadId();
    while (true) {
      Generation g = current;
      if (isClosed) {
        throw new IllegalStateException("the pool is closed");
      }
      PooledSession s = g.take(start);
      if (s != null || g == current) {
        return s;
      }
    }
  }

  /** Opens as many sessions on a model, for {@link #publish}. */
  Generation prepare(ServingModel model) {
    return new Generation(model, this, batch, sessions);
  }

  /**
   * From now on callers get sessions of this generation; those of the one before are closed.
   *
   * @return the one before
   */
  Generation publish(Generation next) {
    Generation before = current;
    current = next;
    before.retire();
    if (isClosed) {
      next.retire();
    }
    wakeAll();
    return before;
  }

  /** Lends no more sessions; those that are lent are closed when they are given back. */
  @Override
  public void close() {
    isClosed = true;
    current.retire();
    wakeAll();
  }
}
