package dev.ballast.runtime;

/**
 * How to run.
 *
 * @param poison whether each SCRATCH buffer is filled with NaN once it is dead, so that a read of
 *     freed memory shows; costs a pass over the bytes, meant for tests
 * @param threads that a run may use, the caller's counted; results do not depend on it
 * @param detectAnomaly whether every result is looked at: {@link Session#run} then throws {@link
 *     AnomalyException} where an op makes the first NaN or infinity; costs passes over all bytes
 * @param profile whether each step is timed, for {@link Session#profile}
 */
public record SessionOptions(boolean poison, int threads, boolean detectAnomaly, boolean profile) {
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
        Boolean.getBoolean("ballast.checks"),
        Integer.getInteger("ballast.threads", 1),
        false,
        false);
  }

  public SessionOptions withPoison(boolean on) {
    return new SessionOptions(on, threads, detectAnomaly, profile);
  }

  public SessionOptions withThreads(int n) {
    return new SessionOptions(poison, n, detectAnomaly, profile);
  }

  public SessionOptions withDetectAnomaly(boolean on) {
    return new SessionOptions(poison, threads, on, profile);
  }

  public SessionOptions withProfile(boolean on) {
    return new SessionOptions(poison, threads, detectAnomaly, on);
  }
}
