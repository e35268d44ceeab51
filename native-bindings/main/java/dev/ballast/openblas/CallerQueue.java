package dev.ballast.openblas;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that wait for a place in a {@link CallerGate}, first come first served. Each thread has
 * one ticket, which it uses again every time, so that waiting allocates nothing once the crowd has
 * had its largest size.
 */
final class CallerQueue {
  private final ThreadLocal<Ticket> tickets = ThreadLocal.withInitial(Ticket::new);
  private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
  private volatile boolean empty = true;

  boolean isEmpty() {
    return empty;
  }

  /** Puts the current thread at the end. */
  Ticket join() {
    Ticket ticket = tickets.get();
    synchronized (waiting) {
      waiting.addLast(ticket);
      empty = false;
    }
    return ticket;
  }

  /** Gives the place to the thread that came first; false if nobody waits any more. */
  boolean callFirst(int place) {
    Ticket first;
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        return false;
      }
      first = waiting.removeFirst();
      empty = waiting.isEmpty();
    }
    first.call(place);
    return true;
  }

  /** One thread's right to be called. */
  static final class Ticket {
    private static final int NOT_CALLED = -1;

    private final Thread holder = Thread.currentThread();
    private volatile int place = NOT_CALLED;

    void call(int freePlace) {
      place = freePlace;
      LockSupport.unpark(holder);
    }

    /** Sleeps until called, interrupted or not, and says for which place. */
    int await() {
      boolean interrupted = false;
      while (place == NOT_CALLED) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      int given = place;
      place = NOT_CALLED;
      if (interrupted) {
        holder.interrupt();
      }
      return given;
    }
  }
}
