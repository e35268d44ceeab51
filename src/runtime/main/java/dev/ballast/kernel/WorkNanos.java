package dev.ballast.kernel;

/** About how long work takes one thread: only to tell whether to share it. */
final class WorkNanos {
  private static final long MULTIPLICATIONS_PER_NANO = 50;
  private static final long BYTES_PER_NANO = 10;

  private WorkNanos() {}

  /** Of multiplications with additions. */
  static long multiplying(long multiplications) {
    return multiplications / MULTIPLICATIONS_PER_NANO;
  }

  /** Of so many floats read or written once. */
  static long moving(long floats) {
    return floats * Float.BYTES / BYTES_PER_NANO;
  }
}
