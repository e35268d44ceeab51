package dev.ballast.bench.latency;

/**
 * What all sides are measured under, once for each combination.
 *
 * @param pressureMBps of garbage; 0 in a quiet JVM
 * @param threads that send
 */
record Setting(Collector collector, double pressureMBps, int threads) {
  boolean isQuiet() {
    return pressureMBps == 0;
  }

  /** The same without garbage. */
  Setting quiet() {
    return new Setting(collector, 0, threads);
  }

  @Override
  public String toString() {
    String n = threads + (threads == 1 ? " thread" : " threads");
    String beside = isQuiet() ? "quiet" : "%.0f MB/s of garbage".formatted(pressureMBps);
    return collector.label() + ", " + beside + ", " + n;
  }
}
