package dev.ballast.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the runs of a pool. Each session has a counter to itself, so counting is an addition and
 * no contended write; a counter whose session has ended goes to one of the next model. So sums only
 * grow, and there are never more counters than there were sessions at a time.
 */
final class RunCounters {
  private final List<Counter> all = new ArrayList<>();
  private final Deque<Counter> unused = new ArrayDeque<>();
  private volatile boolean isTimed;

  /** Of one session: whoever has borrowed it writes, anybody reads. */
  static final class Counter {
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong timed = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();

    void add() {
      add(runs, 1);
    }

    void add(long took) {
      add(runs, 1);
      add(timed, 1);
      add(nanos, took);
    }

    /** There is one writer: no other addition can be lost. */
    private static void add(AtomicLong sum, long n) {
      sum.setOpaque(sum.getPlain() + n);
    }
  }

  /** From now on the clock is read before and after each run. */
  void time() {
    isTimed = true;
  }

  boolean isTimed() {
    return isTimed;
  }

  /** For a session that is opened. */
  synchronized Counter take() {
    Counter c = unused.poll();
    if (c == null) {
      c = new Counter();
      all.add(c);
    }
    return c;
  }

  /** Its session has ended. */
  synchronized void giveBack(Counter c) {
    unused.add(c);
  }

  synchronized RunCounts sum() {
    long runs = 0;
    long timed = 0;
    long nanos = 0;
    for (Counter c : all) {
      runs += c.runs.getOpaque();
      timed += c.timed.getOpaque();
      nanos += c.nanos.getOpaque();
    }
    return new RunCounts(runs, timed, nanos);
  }
}
