package dev.ballast.bench.peers;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one side took for one workload.
 *
 * @param threadsUsed by the side's own account; less than it was told where it can't
 * @param heapBytesPerOp where the side runs on a JVM
 * @param gcCount likewise, in all measured rounds
 * @param residentBytes the most it ever had, where the system tells
 * @param startMillis from the start of a process to its first answer; the median where several were
 *     started
 */
record PeerRow(
    String side,
    String version,
    int threadsUsed,
    Times times,
    OptionalDouble heapBytesPerOp,
    OptionalLong gcCount,
    OptionalLong residentBytes,
    double startMillis) {

  boolean isPeer() {
    return !side.equals(Side.BALLAST);
  }

  double medianMicros() {
    return times.medianMicros();
  }

  double p99Micros() {
    return times.micros(0.99);
  }

  double p999Micros() {
    return times.micros(0.999);
  }

  /** How much worse the worst of a thousand is than the usual. */
  double tail() {
    return p999Micros() / medianMicros();
  }

  double spreadPercent() {
    return 100 * times.medians().spread();
  }

  boolean isNoisy() {
    return times.medians().isNoisy();
  }
}
