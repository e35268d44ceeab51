package dev.ballast.optim;

/** Checks of hyperparameters; a complaint begins with the hyperparameter's name. */
final class Range {
  private Range() {}

  static void notNegative(String what, double value) {
    demand(value >= 0 && Double.isFinite(value), what, "a finite number of at least 0", value);
  }

  static void positive(String what, double value) {
    demand(value > 0 && Double.isFinite(value), what, "a finite number above 0", value);
  }

  /** In [0, 1). */
  static void share(String what, double value) {
    demand(value >= 0 && value < 1, what, "in [0, 1)", value);
  }

  /** In [0, 1]. */
  static void closedShare(String what, double value) {
    demand(value >= 0 && value <= 1, what, "in [0, 1]", value);
  }

  static void atLeast(String what, long least, long value) {
    if (value < least) {
      throw new IllegalArgumentException(what + " must be at least " + least + ", not " + value);
    }
  }

  private static void demand(boolean holds, String what, String range, double value) {
    if (!holds) {
      throw new IllegalArgumentException(what + " must be " + range + ", not " + value);
    }
  }
}
