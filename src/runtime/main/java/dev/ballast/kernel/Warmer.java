package dev.ballast.kernel;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs generated code on memory of its own, in a thread of its own, until HotSpot has compiled it.
 * Until then each vector operation makes objects on the heap and takes a thousand times as long, so
 * that others use plain code with the same bits. The thread ends when there is nothing to warm.
 */
final class Warmer {
  /**
   * After so long a class that is still slow is replaced by another one of the same code: HotSpot
   * may have put it aside for good, where its first compiler had begun without a profile and then
   * ran out of registers with one. For each further class it is twice as long: on a busy machine
   * HotSpot may just not have come to it, and would have to begin anew with every class.
   */
  private static final long PATIENCE_NANOS = 3_000_000_000L;

  /** The same for a class that is compiled, but not well: sums spilled to memory, say. */
  private static final long COMPILED_PATIENCE_NANOS = 500_000_000L;

  /** Classes that are tried; after that the best serves, or plain code. */
  private static final int MOST_CLASSES = 5;

  /** What a multiply-add of vectors takes at most once compiled; boxed, it takes a hundred. */
  private static final double COMPILED_NANOS = 5;

  /** What it takes at most if it is compiled well, on a processor of 2 GHz or more. */
  private static final double GOOD_NANOS = 0.8;

  private static final int TRIES = 16;
  private static final Queue<Job<?>> COLD = new ArrayDeque<>();
  private static boolean warming;

  /**
   * @param make a new class's only instance
   * @param call runs it once
   * @param operations the vector operations of one call
   * @param ready is given the instance once it is compiled, and again if another is better
   */
  private record Job<T>(Supplier<T> make, Consumer<T> call, int operations, Consumer<T> ready) {
    void warm() {
      double best = COMPILED_NANOS;
      for (int classes = 0; classes < MOST_CLASSES && best > GOOD_NANOS; classes++) {
        T code = make.get();
        double nanos = nanosOfOperation(code, 1L << classes);
        if (nanos <= best) {
          best = nanos;
          ready.accept(code);
        }
      }
    }

    /**
     * What an operation takes when it is compiled, or after long enough.
     *
     * @param patience by how much the usual time is multiplied
     */
    private double nanosOfOperation(T code, long patience) {
      long start = System.nanoTime();
      double best = Double.MAX_VALUE;
      while (best > GOOD_NANOS) {
        long since = System.nanoTime() - start;
        long most = best > COMPILED_NANOS ? PATIENCE_NANOS : COMPILED_PATIENCE_NANOS;
        if (since > patience * most) {
          break;
        }
        best = Math.min(best, (double) nanosOfCall(code) / operations);
      }
      return best;
    }

    /** The least of some, since what disturbs only adds. */
    private long nanosOfCall(T code) {
      long best = Long.MAX_VALUE;
      for (int i = 0; i < TRIES; i++) {
        long start = System.nanoTime();
        call.accept(code);
        best = Math.min(best, System.nanoTime() - start);
      }
      return best;
    }
  }

  private Warmer() {}

  /** As the parameters of {@link Job}; comes back at once. */
  static <T> void warm(Supplier<T> make, Consumer<T> call, int operations, Consumer<T> ready) {
    synchronized (COLD) {
      COLD.add(new Job<>(make, call, operations, ready));
      if (!warming) {
        warming = true;
        Thread thread = new Thread(Warmer::warmAll, "ballast-warmer");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  /** Waits until everything asked for so far is warm or given up. */
  static void awaitIdle() {
    synchronized (COLD) {
      while (warming) {
        try {
          COLD.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private static void warmAll() {
    boolean done = false;
    try {
      while (!done) {
        Job<?> job;
        synchronized (COLD) {
          job = COLD.poll();
          done = job == null;
          warming = !done;
          COLD.notifyAll();
        }
        if (!done) {
          job.warm();
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
