package dev.ballast.bench.peers;

import dev.ballast.cli.Report;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All sides on one workload.
 *
 * @param threads each side was told to use
 * @param rows of the sides that were measured
 * @param leftOut the others
 */
record Comparison(PeerWorkload workload, int threads, List<PeerRow> rows, List<LeftOut> leftOut) {
  Comparison {
    rows = List.copyOf(rows);
    leftOut = List.copyOf(leftOut);
  }

  /** Why a side was not measured. */
  enum Why {
    /** It is not installed, or has no such workload. */
    MISSING,
    /** It computes something else. */
    DISQUALIFIED,
    /** It ended, answered nonsense, or nothing. */
    FAILED
  }

  /** A side that was not measured. */
  record LeftOut(String side, Why why, String reason) {}

  Optional<PeerRow> row(String side) {
    return rows.stream().filter(r -> r.side().equals(side)).findFirst();
  }

  Optional<PeerRow> bestPeer() {
    return rows.stream()
        .filter(PeerRow::isPeer)
        .min(Comparator.comparingDouble(PeerRow::medianMicros));
  }

  /** A side's median over that of the best peer; Ballast is none. */
  OptionalDouble ratioToBestPeer(PeerRow row) {
    return bestPeer()
        .map(best -> OptionalDouble.of(row.medianMicros() / best.medianMicros()))
        .orElse(OptionalDouble.empty());
  }

  Report report(PeerRow row) {
    Report r =
        new Report()
            .put("workload", workload.name())
            .put("threads", threads)
            .put("side", row.side())
            .put("version", row.version())
            .put("threadsUsed", row.threadsUsed())
            .put("runs", row.times().runs())
            .put("medianMicros", row.medianMicros())
            .put("p99Micros", row.p99Micros())
            .put("p999Micros", row.p999Micros())
            .put("spreadPercent", row.spreadPercent())
            .put("noisy", row.isNoisy());
    row.heapBytesPerOp().ifPresent(b -> r.put("heapBytesPerOp", b));
    row.gcCount().ifPresent(n -> r.put("gcCount", n));
    row.residentBytes().ifPresent(b -> r.put("residentBytes", b));
    r.put("startMillis", row.startMillis());
    ratioToBestPeer(row).ifPresent(ratio -> r.put("ratioToBestPeer", ratio));
    return r;
  }
}
