package dev.ballast.bench.latency;

import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.bench.peers.PeerWorkload;
import java.time.Duration;
import java.util.List;

/**
 * What is measured, and for how long.
 *
 * @param rate requests a second, of all threads together
 * @param seconds of each round
 * @param heapMegabytes of every JVM
 * @param timeout how long a side may take to answer, besides
 */
record LatencyOptions(
    PeerWorkload workload,
    double rate,
    double seconds,
    int rounds,
    Arrivals arrivals,
    List<Setting> settings,
    int heapMegabytes,
    Duration timeout) {
  LatencyOptions {
    settings = List.copyOf(settings);
  }
}
