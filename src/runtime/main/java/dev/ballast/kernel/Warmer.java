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
   * ran out of registers with one.
   */
  private static final long PATIENCE_NANOS = 3_000_000_000L;

  /** Classes that are tried; after that plain code serves. */
  private static final int MOST_CLASSES = 5;

  private static final int TRIES = 16;
  private static final Queue<Job<?>> COLD = new ArrayDeque<>();
  private static boolean warming;

  /**
   * @param make a new class's only instance
   * @param call runs it once
   * @param fastNanos what a call takes at most once the code is compiled
   * @param ready is given the instance when it is
   */
  private record Job<T>(Supplier<T> make, Consumer<T> call, double fastNanos, Consumer<T> ready) {
    void warm() {
      for (int classes = 0; classes < MOST_CLASSES; classes++) {
        T code = make.get();
        if (becomesFast(code)) {
          ready.accept(code);
          return;
        }
      }
    }

    private boolean becomesFast(T code) {
      long since = System.nanoTime();
      long best = Long.MAX_VALUE;
      while (best > fastNanos && System.nanoTime() - since < PATIENCE_NANOS) {
        best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
          long start = System.nanoTime();
          call.accept(code);
          best = Math.min(best, System.nanoTime() - start);
        }
      }
      return best <= fastNanos;
    }
  }

  private Warmer() {}

  /** As the parameters of {@link Job}; comes back at once. */
  static <T> void warm(Supplier<T> make, Consumer<T> call, double fastNanos, Consumer<T> ready) {
    synchronized (COLD) {
      COLD.add(new Job<>(make, call, fastNanos, ready));
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
    while (true) {
      Job<?> job;
      synchronized (COLD) {
        job = COLD.poll();
        if (job == null) {
          warming = false;
          COLD.notifyAll();
          return;
        }
      }
      job.warm();
    }
  }
}
