package dev.ballast.runtime;

/**
 * How to run.
 *
 * @param poison whether each SCRATCH buffer is filled with NaN once it is dead, so that a read of
 *     freed memory shows; costs a pass over the bytes, meant for tests
 */
public record SessionOptions(boolean poison) {
  /**
   * Poison where the system property {@code ballast.checks} is true, as it is in Ballast's tests.
   */
  public static SessionOptions defaults() {
    return new SessionOptions(Boolean.getBoolean("ballast.checks"));
  }

  public SessionOptions withPoison(boolean on) {
    return new SessionOptions(on);
  }
}
