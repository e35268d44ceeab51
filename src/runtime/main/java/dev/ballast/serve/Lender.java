package dev.ballast.serve;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Lends what lies in its current {@link Lot}, without a lock and without allocating; who finds none
 * free may wait. It knows nothing of sessions, so that it can be tested without any.
 */
final class Lender<L extends Lendable> {
  private static final int SPINS = 200;

  private final int size;

  /** Threads that wait; null where a place is free, or its thread was told to look again. */
  private final AtomicReferenceArray<Thread> waiting;

  /** By {@link Refusal}. */
  private final AtomicLongArray refused = new AtomicLongArray(Refusal.values().length);

  private volatile Lot<L> current;
  private volatile boolean isClosed;

  /**
   * Lends nothing before the first {@link #publish}.
   *
   * @param size of each lot, for messages
   * @param mostWaiting how many may wait
   */
  Lender(int size, int mostWaiting) {
    this.size = size;
    this.waiting = new AtomicReferenceArray<>(mostWaiting);
  }

  boolean isClosed() {
    return isClosed;
  }

  int idle() {
    return current.idle();
  }

  int waiting() {
    int n = 0;
    for (int i = 0; i < waiting.length(); i++) {
      n += waiting.get(i) == null ? 0 : 1;
    }
    return n;
  }

  long refused(Refusal why) {
    return refused.get(why.ordinal());
  }

  private NoSessionException refuse(Refusal why, String message) {
    refused.incrementAndGet(why.ordinal());
    return new NoSessionException(message);
  }

  /** One that is free, at once; as {@link SessionPool#borrow()}. */
  L borrow() {
    L one = take();
    if (one == null) {
      current.reclaim();
      one = take();
    }
    if (one == null) {
      throw refuse(
          Refusal.BUSY,
          "all " + size + " sessions of the pool are in use, by " + current.holders());
    }
    return one;
  }

  /** One as soon as it is free; as {@link SessionPool#borrow(long, TimeUnit)}. */
  L borrow(long timeout, TimeUnit unit) {
    for (int i = 0; i < SPINS; i++) {
      L one = take();
      if (one != null) {
        return one;
      }
      Thread.onSpinWait();
    }
    current.reclaim();
    return await(System.nanoTime() + unit.toNanos(timeout));
  }

  /** Enters the array before it looks, so that who gives back after that look finds it there. */
  private L await(long deadline) {
    while (true) {
      int place = enter();
      L one = take();
      if (one == null) {
        long left = deadline - System.nanoTime();
        if (left > 0 && !Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(this, left);
        }
      }
      boolean wasTold = !waiting.compareAndSet(place, Thread.currentThread(), null);
      if (one != null) {
        if (wasTold) {
          wakeOne();
        }
        return one;
      }
      one = take();
      if (one != null) {
        return one;
      }
      demandTime(deadline);
    }
  }

  private void demandTime(long deadline) {
    if (Thread.currentThread().isInterrupted()) {
      throw refuse(Refusal.INTERRUPTED, "interrupted while waiting for a session of the pool");
    }
    if (deadline - System.nanoTime() <= 0) {
      throw refuse(
          Refusal.TIMEOUT,
          "none of the "
              + size
              + " sessions of the pool was given back in time; they are with "
              + current.holders());
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
    throw refuse(
        Refusal.QUEUE_FULL,
        length + " callers wait already for the " + size + " sessions of the pool");
  }

  /** One is free, or all are of another lot: someone who waits shall look again. */
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

  /** A free one of the current lot, or null. */
  private L take() {
    int start = (int) Thread.currentThread().threadId();
    while (true) {
      Lot<L> lot = current;
      if (isClosed) {
        throw new IllegalStateException("the pool is closed");
      }
      L one = lot.take(start);
      if (one != null || lot == current && !isClosed) {
        return one;
      }
    }
  }

  /** From now on it lends of this lot; the one before is retired. For one thread at a time. */
  void publish(Lot<L> next) {
    Lot<L> before = current;
    current = next;
    if (before != null) {
      before.retire();
    }
    if (isClosed) {
      next.retire();
    }
    wakeAll();
  }

  /** Lends no more; what is lent is closed when it is given back. */
  void close() {
    isClosed = true;
    current.retire();
    wakeAll();
  }
}
