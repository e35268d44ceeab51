package dev.ballast.bench.soak;

import java.time.Duration;

/**
 * How a soak goes.
 *
 * @param time all in all
 * @param threads that ask
 * @param swapEvery from one swap to the next
 * @param leastSwaps it goes on until there were so many, however slow the machine is
 * @param pause of each thread after an answer of the pool and one of the batcher
 */
record SoakOptions(Duration time, int threads, Duration swapEvery, int leastSwaps, Duration pause) {
  /** What {@code ballast bench soak} does for that long. */
  static SoakOptions of(Duration time) {
    return new SoakOptions(time, 8, Duration.ofSeconds(1), 1, Duration.ofNanos(100_000));
  }

  SoakOptions withSwaps(Duration every, int least) {
    return new SoakOptions(time, threads, every, least, pause);
  }
}
