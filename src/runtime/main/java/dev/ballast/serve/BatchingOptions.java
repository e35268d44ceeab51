package dev.ballast.serve;

import java.util.concurrent.TimeUnit;

/**
 * How callers are put together.
 *
 * @param most examples of a batch. There are sessions for 1, 2, 4, … up to it; a row's last bits
 *     may depend on which of them answers it, since products of another shape may add in another
 *     order
 * @param parallel batches that run at the same time
 * @param lingerNanos how long the first caller of a batch waits for others while it could run. 0,
 *     the default, makes nobody wait: batches then form of those that come while all sessions are
 *     busy
 */
public record BatchingOptions(int most, int parallel, long lingerNanos) {
  private static final int LARGEST = 1 << 16;

  public BatchingOptions {
    if (most < 1 || most > LARGEST) {
      throw new IllegalArgumentException(
          "a batch of at most " + most + " is not between 1 and " + LARGEST);
    }
    if (parallel < 1) {
      throw new IllegalArgumentException("parallel: " + parallel + " is less than 1");
    }
    if (lingerNanos < 0) {
      throw new IllegalArgumentException("linger: " + lingerNanos + " ns is less than 0");
    }
  }

  /** Up to 16 examples, one batch at a time, and nobody waits. */
  public static BatchingOptions defaults() {
    return new BatchingOptions(16, 1, 0);
  }

  public BatchingOptions withMost(int n) {
    return new BatchingOptions(n, parallel, lingerNanos);
  }

  public BatchingOptions withParallel(int n) {
    return new BatchingOptions(most, n, lingerNanos);
  }

  public BatchingOptions withLinger(long time, TimeUnit unit) {
    return new BatchingOptions(most, parallel, unit.toNanos(time));
  }
}
