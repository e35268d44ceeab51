package dev.ballast.kernel;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Runs generated code on memory of its own, in a thread of its own, until HotSpot has compiled it.
 * Until then each vector operation makes objects on the heap and takes a thousand times as long, so
 * that others use plain code with the same bits. The thread ends when there is nothing to warm.
 */
final class Warmer {
  /** Calls after which code that is still slow is given up; compiling takes some thousand. */
  private static final int MOST_CALLS = 200_000;

  private static final int TRIES = 16;
  private static final Queue<Job> COLD = new ArrayDeque<>();
  private static boolean warming;

  /**
   * @param call runs the code once
   * @param fastNanos what a call takes at most once the code is compiled
   * @param fast what to do when it is
   */
  private record Job(Runnable call, double fastNanos, Runnable fast) {
    void warm() {
      for (int calls = 0; calls < MOST_CALLS; calls += TRIES) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
          long start = System.nanoTime();
          call.run();
          best = Math.min(best, System.nanoTime() - start);
        }
        if (best <= fastNanos) {
          fast.run();
          return;
        }
      }
    }
  }

  private Warmer() {}

  /** As the parameters of {@link Job}; comes back at once. */
  static void warm(Runnable call, double fastNanos, Runnable fast) {
    synchronized (COLD) {
      COLD.add(new Job(call, fastNanos, fast));
      if (!warming) {
        warming = true;
        Thread thread = new Thread(Warmer::warmAll, "ballast-warmer");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private static void warmAll() {
    while (true) {
      Job job;
      synchronized (COLD) {
        job = COLD.poll();
        if (job == null) {
          warming = false;
          return;
        }
      }
      job.warm();
    }
  }
}
