package dev.ballast.kernel;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share the pieces of a kernel with the thread that runs it. The pieces are cut by the
 * kernel, alike for any number of threads, so that results do not depend on it. Running allocates
 * nothing.
 *
 * <p>The caller takes pieces from the first on, every other worker from the last on. So whoever
 * runs a graph again meets, on each processor, the weights that its cache still holds from the last
 * time.
 *
 * <p>Workers that have nothing to do watch for the next kernel for {@value #SPIN_NANOS} ns and then
 * sleep. They serve one caller at a time: another that comes meanwhile does all its pieces itself.
 */
public final class Workers {
  /** A kernel's work in pieces that may run side by side, in any order. */
  @FunctionalInterface
  interface Task {
    void piece(int index);
  }

  /** The longest gap between two kernels of a run that a worker stays awake for. */
  private static final long SPIN_NANOS = 50_000;

  private static final int SPINS_BETWEEN_CLOCKS = 64;
  private static final int COUNT_BITS = 20;
  private static final int MOST_PIECES = (1 << COUNT_BITS) - 1;
  private static final int MOST_ROUNDS = (1 << Long.SIZE - 2 * COUNT_BITS) - 1;
  private static final Task IDLE = i -> {};
  private static final Workers ALONE = new Workers(1);
  private static final ConcurrentHashMap<Integer, Workers> SHARED = new ConcurrentHashMap<>();

  private final int threads;
  private final Worker[] workers;

  /**
   * The round, and how many pieces were taken from the first on and from the last on, in one word:
   * so a piece can only be taken in the round that it belongs to, and that round cannot end before
   * the piece is done.
   */
  private final AtomicLong claim = new AtomicLong();

  /**
   * Of the round. It changes only while {@link #claim} says that everything is taken: who read the
   * claim before that, and another count after it, can take nothing.
   */
  private volatile int count;

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();
  private Task task = IDLE;
  private volatile Throwable failure;

  private Workers(int threads) {
    this.threads = threads;
    this.workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /** No workers: the caller does all pieces, in order. */
  public static Workers none() {
    return ALONE;
  }

  /**
   * {@code threads} in all, the caller counted. Callers that ask for the same number share the
   * workers, which are daemons and live on.
   */
  public static Workers of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " is less than 1");
    }
    return threads == 1 ? ALONE : SHARED.computeIfAbsent(threads, Workers::new);
  }

  public int threads() {
    return threads;
  }

  /** Runs all pieces and returns once they are done; throws what the first that failed threw. */
  void run(Task work, int count) {
    boolean shares = workers.length > 0 && count > 1 && count <= MOST_PIECES;
    if (!shares || !busy.compareAndSet(0, 1)) {
      for (int i = 0; i < count; i++) {
        work.piece(i);
      }
      return;
    }
    try {
      share(work, count);
    } finally {
      busy.set(0);
    }
  }

  private void share(Task work, int pieces) {
    task = work;
    failure = null;
    done.set(0);
    int before = round(claim.get());
    claim.set(claimed(before, MOST_PIECES, 0));
    count = pieces;
    int round = before + 1 & MOST_ROUNDS;
    claim.set(claimed(round, 0, 0));
    for (Worker w : workers) {
      w.wake();
    }
    help(round, false);
    while (done.get() < pieces) {
      Thread.onSpinWait();
    }
    task = IDLE;
    rethrow(failure);
  }

  private static void rethrow(Throwable t) {
    switch (t) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(t);
    }
  }

  private static long claimed(int round, int first, int last) {
    return ((long) round << COUNT_BITS | first) << COUNT_BITS | last;
  }

  private static int round(long claim) {
    return (int) (claim >>> 2 * COUNT_BITS);
  }

  /** How many were taken from the first on. */
  private static int first(long claim) {
    return (int) (claim >>> COUNT_BITS) & MOST_PIECES;
  }

  /** How many were taken from the last on. */
  private static int last(long claim) {
    return (int) claim & MOST_PIECES;
  }

  /** Does pieces of the round until all are taken. A piece is only taken while its round lasts. */
  private void help(int round, boolean fromLast) {
    long one = fromLast ? 1 : 1L << COUNT_BITS;
    while (true) {
      long c = claim.get();
      int pieces = count;
      if (round(c) != round || first(c) + last(c) >= pieces) {
        return;
      }
      if (claim.compareAndSet(c, c + one)) {
        try {
          task.piece(fromLast ? pieces - 1 - last(c) : first(c));
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          done.incrementAndGet();
        }
      }
    }
  }

  private final class Worker extends Thread {
    private final boolean fromLast;
    private volatile boolean asleep;

    Worker(int index) {
      super("ballast-worker-" + index);
      fromLast = index % 2 == 1;
      setDaemon(true);
    }

    void wake() {
      if (asleep) {
        asleep = false;
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (true) {
        int round = await(seen);
        help(round, fromLast);
        seen = round;
      }
    }

    /** The first round other than the one seen. */
    private int await(int seen) {
      long since = System.nanoTime();
      while (true) {
        for (int i = 0; i < SPINS_BETWEEN_CLOCKS; i++) {
          int round = round(claim.get());
          if (round != seen) {
            return round;
          }
          Thread.onSpinWait();
        }
        if (System.nanoTime() - since > SPIN_NANOS) {
          asleep = true;
          if (round(claim.get()) == seen) {
            LockSupport.park(Workers.this);
          }
          asleep = false;
          since = System.nanoTime();
        }
      }
    }
  }
}
