package dev.ballast.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs generated code on memory of its own, in a thread of its own, until HotSpot has compiled it.
 * Until then each vector operation makes objects on the heap and takes a thousand times as long, so
 * that others use plain code with the same bits. The thread ends when there is nothing to warm.
 */
public final class Warmer {
  /**
   * How long to wait.
   *
   * @param nanos after so long a class that is still slow is joined by another one of the same
   *     code: HotSpot may have put it aside for good, where its first compiler had begun without a
   *     profile and then ran out of registers with one, or its optimizing compiler left vectors on
   *     the heap. Or its compilers are busy, so the next one is given twice as long, and those
   *     before it are looked at again
   * @param againNanos once all classes were tried in vain they are looked at again after so long,
   *     then after twice as long, and so on: a service that starts with too little processor time
   *     must not stay slow for good
   */
  record Patience(long nanos, long againNanos) {
    private static final Patience DEFAULT = new Patience(3_000_000_000L, 60_000_000_000L);
  }

  /** How often what was given up is looked at again: a minute later, then 2, 4, 8 and 16. */
  private static final int MORE_CHANCES = 5;

  /** The same for a class that is compiled, but not well: sums spilled to memory, say. */
  private static final long COMPILED_PATIENCE_NANOS = 500_000_000L;

  /**
   * After so long a class has run often enough to be compiled: the compiler needs the processor.
   */
  private static final long EAGER_NANOS = 1_000_000_000L;

  private static final long PAUSE_NANOS = 500_000L;

  /**
   * Before anything is warmed in a process: its first answer comes first. On two processors the
   * warmer and the compiler it keeps busy took a fifth of the time until then.
   */
  private static final long GRACE_NANOS = 300_000_000L;

  /** A kernel that still makes objects after so long waits until others had their turn. */
  private static final long EXERCISE_NANOS = 1_000_000_000L;

  /** So often. HotSpot was seen to come round to a loop twelve seconds after the start. */
  private static final int EXERCISE_CHANCES = 10;

  /** Classes that are tried; after that the best serves, or plain code. */
  private static final int MOST_CLASSES = 3;

  /** What a multiply-add of vectors takes at most once compiled; boxed, it takes a hundred. */
  private static final double COMPILED_NANOS = 5;

  /** What it takes at most if it is compiled well, on a processor of 2 GHz or more. */
  private static final double GOOD_NANOS = 0.8;

  /** What an operation of code that is not compiled counts as at least. */
  private static final double UNCOMPILED_NANOS = 10 * COMPILED_NANOS;

  private static final int TRIES = 16;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  /** Each says whether there is no more to do for it. */
  private static final Deque<BooleanSupplier> COLD = new ArrayDeque<>();

  private static boolean warming;
  private static boolean hasGrace = true;

  private static final class Job<T> {
    private final Supplier<T> make;
    private final Consumer<T> call;
    private final int operations;
    private final Consumer<T> ready;
    private final Patience patience;
    private int chances;
    private final List<T> classes = new ArrayList<>();
    private double best = COMPILED_NANOS;

    Job(Supplier<T> make, Consumer<T> call, int operations, Consumer<T> ready, Patience patience) {
      this.patience = patience;
      this.make = make;
      this.call = call;
      this.operations = operations;
      this.ready = ready;
    }

    /** Whether there is no more to do; else it is the others' turn first. */
    boolean warm() {
      while (classes.size() < MOST_CLASSES && best > GOOD_NANOS) {
        long nanos = patience.nanos << classes.size();
        classes.addFirst(make.get());
        for (T code : classes) {
          measure(code, nanos);
          nanos = 0;
        }
        if (best == COMPILED_NANOS) {
          boolean givesUp = classes.size() == MOST_CLASSES;
          if (givesUp) {
            lookAgainLater();
          }
          return givesUp;
        }
      }
      return true;
    }

    private void lookAgainLater() {
      if (chances < MORE_CHANCES) {
        long nanos = patience.againNanos << chances++;
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
            .execute(() -> enqueue(this::lookAgain, false));
      }
    }

    private boolean lookAgain() {
      for (T code : classes) {
        measure(code, patience.nanos);
      }
      if (best == COMPILED_NANOS) {
        lookAgainLater();
      }
      return true;
    }

    private void measure(T code, long patience) {
      double nanos = nanosOfOperation(code, patience);
      if (nanos < best) {
        best = nanos;
        ready.accept(code);
      }
    }

    /** What an operation takes when it is compiled, or after long enough. */
    private double nanosOfOperation(T code, long patience) {
      long start = System.nanoTime();
      double least = (double) nanosOfCall(code) / operations;
      while (least > GOOD_NANOS) {
        long since = System.nanoTime() - start;
        if (since > (least > COMPILED_NANOS ? patience : COMPILED_PATIENCE_NANOS)) {
          break;
        }
        if (least > COMPILED_NANOS && since > EAGER_NANOS) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        least = Math.min(least, (double) nanosOfCall(code) / operations);
      }
      return least;
    }

    /**
     * The least of some, since what disturbs only adds. Code that makes objects is not compiled,
     * however fast: its loop may be, while what stands around it is interpreted.
     */
    private long nanosOfCall(T code) {
      long least = Long.MAX_VALUE;
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < TRIES; i++) {
        long start = System.nanoTime();
        call.accept(code);
        least = Math.min(least, System.nanoTime() - start);
      }
      boolean makesObjects = THREADS.getCurrentThreadAllocatedBytes() > bytes;
      return makesObjects ? Math.max(least, Math.round(UNCOMPILED_NANOS * operations)) : least;
    }
  }

  private Warmer() {}

  /**
   * Comes back at once.
   *
   * @param make a new class's only instance
   * @param call runs it once
   * @param operations the vector operations of one call
   * @param ready is given the instance once it is compiled, and again if another is better
   */
  static <T> void warm(Supplier<T> make, Consumer<T> call, int operations, Consumer<T> ready) {
    warm(make, call, operations, ready, Patience.DEFAULT);
  }

  static <T> void warm(
      Supplier<T> make, Consumer<T> call, int operations, Consumer<T> ready, Patience patience) {
    enqueue(new Job<>(make, call, operations, ready, patience)::warm, false);
  }

  /**
   * Runs a kernel so many times, and then until it makes no objects, before what takes longer;
   * comes back at once.
   */
  static void exercise(Supplier<Kernel> make, int times) {
    exercise(make, times, EXERCISE_NANOS);
  }

  static void exercise(Supplier<Kernel> make, int times, long nanos) {
    enqueue(new Exercise(make, times, nanos)::run, true);
  }

  private static final class Exercise {
    private static final int RUNS = 1_000;

    private final Supplier<Kernel> make;
    private final int times;
    private final long nanos;
    private Kernel kernel;
    private int chances = EXERCISE_CHANCES;

    Exercise(Supplier<Kernel> make, int times, long nanos) {
      this.make = make;
      this.times = times;
      this.nanos = nanos;
    }

    /** Whether there is no more to do; else it is the others' turn first. */
    boolean run() {
      if (kernel == null) {
        kernel = make.get();
        bytesOf(times);
      }
      long start = System.nanoTime();
      while (bytesOf(RUNS) > 0) {
        if (System.nanoTime() - start > nanos) {
          return --chances == 0;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      return true;
    }

    private long bytesOf(int runs) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < runs; i++) {
        kernel.run();
      }
      return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
  }

  private static void enqueue(BooleanSupplier job, boolean first) {
    synchronized (COLD) {
      if (first) {
        COLD.addFirst(job);
      } else {
        COLD.addLast(job);
      }
      if (!warming) {
        warming = true;
        long grace = hasGrace ? GRACE_NANOS : 0;
        hasGrace = false;
        Thread thread = new Thread(() -> warmAll(grace), "ballast-warmer");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  /** Whether everything asked for so far is warm or given up. */
  public static boolean isIdle() {
    synchronized (COLD) {
      return !warming;
    }
  }

  static void awaitIdle() {
    awaitIdle(Long.MAX_VALUE);
  }

  /**
   * Waits until {@link #isIdle}.
   *
   * @return whether it is; false after so long, or where the thread was interrupted
   */
  public static boolean awaitIdle(long nanos) {
    long start = System.nanoTime();
    synchronized (COLD) {
      for (long left = nanos; warming && left > 0; left = nanos - (System.nanoTime() - start)) {
        try {
          TimeUnit.NANOSECONDS.timedWait(COLD, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return !warming;
    }
  }

  private static void warmAll(long graceNanos) {
    LockSupport.parkNanos(graceNanos);
    boolean done = false;
    try {
      while (!done) {
        BooleanSupplier job;
        synchronized (COLD) {
          job = COLD.poll();
          done = job == null;
          warming = !done;
          COLD.notifyAll();
        }
        if (!done && !job.getAsBoolean()) {
          synchronized (COLD) {
            COLD.addLast(job);
          }
        }
      }
    } finally {
      if (!done) {
        // A job failed, and the thread ends with its error; the next job starts another.
        synchronized (COLD) {
          warming = false;
          COLD.notifyAll();
        }
      }
    }
  }
}
