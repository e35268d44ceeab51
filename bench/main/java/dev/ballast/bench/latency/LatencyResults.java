package dev.ballast.bench.latency;

import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.cli.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that was measured.
 *
 * @param rows in the order of settings, and of sides in each
 * @param notes what was not measured, and why
 * @param ownFailed whether Ballast is part of that
 */
record LatencyResults(
    String workload,
    double ratePerSecond,
    Arrivals arrivals,
    List<LatencyRow> rows,
    List<String> notes,
    boolean ownFailed) {
  LatencyResults {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /** How percentiles are called: {@code p999}. */
  private static final Map<String, Double> NAMES = names();

  private static Map<String, Double> names() {
    Map<String, Double> names = new LinkedHashMap<>();
    names.put("p50", 0.5);
    names.put("p90", 0.9);
    names.put("p99", 0.99);
    names.put("p999", 0.999);
    names.put("p9999", 0.9999);
    names.put("max", 1.0);
    return names;
  }

  Optional<LatencyRow> row(String side, Setting setting) {
    return rows.stream()
        .filter(r -> r.side().equals(side) && r.setting().equals(setting))
        .findFirst();
  }

  List<Setting> settings() {
    return rows.stream().map(LatencyRow::setting).distinct().toList();
  }

  /** What a percentile is of the same side's in a quiet JVM; nothing where it is quiet itself. */
  OptionalDouble overQuiet(LatencyRow row, double share) {
    Setting quiet = row.setting().quiet();
    if (row.setting().equals(quiet)) {
      return OptionalDouble.empty();
    }
    return row(row.side(), quiet)
        .map(q -> OptionalDouble.of(row.micros(share) / q.micros(share)))
        .orElse(OptionalDouble.empty());
  }

  /** What a percentile is of the lowest that a peer has under the same setting. */
  OptionalDouble overBestPeer(LatencyRow row, double share) {
    OptionalDouble best =
        rows.stream()
            .filter(r -> r.isPeer() && r.setting().equals(row.setting()))
            .mapToDouble(r -> r.micros(share))
            .min();
    return best.isPresent()
        ? OptionalDouble.of(row.micros(share) / best.getAsDouble())
        : OptionalDouble.empty();
  }

  LatencyResults withNotes(List<String> more) {
    List<String> both = new ArrayList<>(notes);
    both.addAll(more);
    return new LatencyResults(workload, ratePerSecond, arrivals, rows, both, ownFailed);
  }

  /** An object for each row. */
  List<Report> reports() {
    return rows.stream().map(this::report).toList();
  }

  private Report report(LatencyRow row) {
    Report r =
        new Report()
            .put("side", row.side())
            .put("version", row.version())
            .put("workload", workload)
            .put("collector", row.setting().collector().label())
            .put("pressureMBps", row.setting().pressureMBps())
            .put("pressureReachedMBps", row.pressureReachedMBps())
            .put("threads", row.setting().threads())
            .put("arrivals", arrivals.name().toLowerCase(Locale.ROOT))
            .put("ratePerSecond", ratePerSecond)
            .put("reachedPerSecond", row.load().reachedPerSecond())
            .put("rateKept", row.load().isKept())
            .put("requests", row.load().requests());
    NAMES.forEach((name, share) -> r.put(name + "Micros", row.micros(share)));
    r.put("gcCount", row.gcCount())
        .put("gcPauseMillis", row.safepoints().gcPauseMillis())
        .put("safepoints", row.safepoints().count())
        .put("ttspP99Micros", row.safepoints().reachingMicros(0.99))
        .put("ttspMaxMicros", row.safepoints().reachingMicros(1))
        .put("heapBytesPerRequest", row.load().heapBytesPerRequest());
    NAMES.forEach(
        (name, share) -> {
          overQuiet(row, share).ifPresent(x -> r.put("ratioToQuiet" + capital(name), x));
          overBestPeer(row, share).ifPresent(x -> r.put("ratioToBestPeer" + capital(name), x));
        });
    return r;
  }

  private static String capital(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }
}
