package dev.ballast.bench;

/**
 * How long to measure.
 *
 * @param seconds for warm-up and measurement of all variants together, about
 * @param sampleNanos the least that one sample lasts: a variant is run so often in a row that the
 *     clock's own error does not count
 * @param leastRounds taken even where the time is up
 */
record Budget(double seconds, long sampleNanos, int leastRounds) {
  /** The share of the time that warming up takes at least: slow code is steady for a while too. */
  static final double LEAST_WARM_UP = 0.2;

  /** The share that it takes at most. */
  static final double MOST_WARM_UP = 0.5;

  Budget {
    if (!(seconds > 0 && seconds <= 86_400) || sampleNanos < 1 || leastRounds < 1) {
      throw new IllegalArgumentException(
          "budget: "
              + seconds
              + " s, samples of "
              + sampleNanos
              + " ns, "
              + leastRounds
              + " rounds");
    }
  }

  /** Samples of two milliseconds, seven rounds at least. */
  static Budget ofSeconds(double seconds) {
    return new Budget(seconds, 2_000_000, 7);
  }
}
