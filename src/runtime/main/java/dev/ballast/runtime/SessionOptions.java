package dev.ballast.runtime;

/**
 * How to run.
 *
 * @param poison whether each SCRATCH buffer is filled with NaN once it is dead, so that a read of
 *     freed memory shows; costs a pass over the bytes, meant for tests
 * @param threads that a run may use, the caller's counted; results do not depend on it
 */
public record SessionOptions(boolean poison, int threads) {
  public SessionOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " is less than 1");
    }
  }

  /**
   * Poison where the system property {@code ballast.checks} is true, as it is in Ballast's tests;
   * as many threads as {@code ballast.threads} says, or else one.
   */
  public static SessionOptions defaults() {
    return new SessionOptions(
        Boolean.getBoolean("ballast.checks"), Integer.getInteger("ballast.threads", 1));
  }

  public SessionOptions withPoison(boolean on) {
    return new SessionOptions(on, threads);
  }

  public SessionOptions withThreads(int n) {
    return new SessionOptions(poison, n);
  }
}
