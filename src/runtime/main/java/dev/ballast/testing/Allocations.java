package dev.ballast.testing;

import dev.ballast.kernel.Warmer;
import dev.ballast.runtime.HeapAllocation;
import java.time.Duration;

/**
 * For tests: that something allocates nothing on the heap once HotSpot has compiled it.
 *
 * <pre>{@code
 * Allocations.assertNone(() -> {
 *   try (PooledSession s = pool.borrow()) {
 *     s.input("x").copyFrom(features);
 *     s.run();
 *   }
 * });
 * }</pre>
 */
public final class Allocations {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int QUIET_ROUNDS = 3;
  private static final long ROUND_NANOS = 50_000_000;
  private static final int FEWEST_RUNS = 20;

  private Allocations() {}

  /** The same, with a minute of patience. */
  public static void assertNone(Runnable action) {
    assertNone(PATIENCE, action);
  }

  /**
   * Runs the action over and over, on this thread, until three rounds in a row have allocated not a
   * byte. A round is at least twenty runs, and a twentieth of a second of them. Once would not be
   * enough: when a tile that was warmed takes the place of plain code, what had been compiled
   * around it is compiled anew; so no round counts while kernels are being warmed. A byte in each
   * run would never end the wait.
   *
   * @param patience how long it may take until then: code that was not compiled yet may allocate
   * @throws AssertionError where it takes longer; it says how many bytes a run has allocated
   */
  public static void assertNone(Duration patience, Runnable action) {
    long deadline = System.nanoTime() + patience.toNanos();
    int quiet = 0;
    while (quiet < QUIET_ROUNDS) {
      long start = System.nanoTime();
      long before = HeapAllocation.ofCurrentThread();
      long runs = 0;
      while (runs < FEWEST_RUNS || System.nanoTime() - start < ROUND_NANOS) {
        action.run();
        runs++;
      }
      long bytes = HeapAllocation.ofCurrentThread() - before;
      boolean late = System.nanoTime() - deadline > 0;
      quiet = bytes == 0 && (Warmer.isIdle() || late) ? quiet + 1 : 0;
      if (bytes > 0 && late) {
        throw new AssertionError(
            "after %d s it still allocates %.1f bytes on the heap a run (%d in %d runs)"
                .formatted(patience.toSeconds(), (double) bytes / runs, bytes, runs));
      }
    }
  }
}
