package dev.ballast.bench.latency;

import dev.ballast.bench.peers.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What is promised of the tail, and whether it held in a run. */
final class Claims {
  /** What garbage of others may make of a percentile. */
  static final double WITH_PRESSURE = 1.5;

  private static final Map<Double, String> BELOW_PEERS = Map.of(0.999, "p99.9", 0.9999, "p99.99");
  private static final Map<Double, String> STEADY =
      Map.of(0.5, "p50", 0.9, "p90", 0.99, "p99", 0.999, "p99.9");

  private Claims() {}

  /**
   * One promise under one setting.
   *
   * @param found figures for it, or against it
   */
  record Verdict(Setting setting, String claim, String found, boolean met) {
    String word() {
      return met ? "met" : "missed";
    }
  }

  /** Of all settings in which there is something to compare. */
  static List<Verdict> of(LatencyResults all) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Setting s : all.settings()) {
      all.row(Side.BALLAST, s)
          .ifPresent(
              own -> {
                new TreeMap<>(BELOW_PEERS)
                    .forEach((share, name) -> belowPeers(all, own, share, name, verdicts));
                steady(all, own, verdicts);
              });
    }
    return verdicts;
  }

  private static void belowPeers(
      LatencyResults all, LatencyRow own, double share, String name, List<Verdict> verdicts) {
    List<String> found = new ArrayList<>();
    boolean met = own.load().isKept();
    for (LatencyRow r : all.rows()) {
      if (r.isPeer() && r.setting().equals(own.setting())) {
        found.add(String.format(Locale.ROOT, "%s %.0f", r.side(), r.micros(share)));
        met &= own.micros(share) < r.micros(share);
      }
    }
    if (!found.isEmpty()) {
      String figures =
          String.format(Locale.ROOT, "%.0f µs; ", own.micros(share)) + String.join(", ", found);
      verdicts.add(new Verdict(own.setting(), name + " below each peer's", figures, met));
    }
  }

  private static void steady(LatencyResults all, LatencyRow own, List<Verdict> verdicts) {
    List<String> found = new ArrayList<>();
    boolean met = own.load().isKept();
    for (Map.Entry<Double, String> e : new TreeMap<>(STEADY).entrySet()) {
      OptionalDouble ratio = all.overQuiet(own, e.getKey());
      if (ratio.isPresent()) {
        found.add(String.format(Locale.ROOT, "%s %.2f", e.getValue(), ratio.getAsDouble()));
        met &= ratio.getAsDouble() <= WITH_PRESSURE;
      }
    }
    if (!found.isEmpty()) {
      String paused =
          String.format(
              Locale.ROOT, "; all threads paused %.2f %% of the time", 100 * own.pausedShare());
      verdicts.add(
          new Verdict(
              own.setting(),
              "up to p99.9 within 1.5 times the quiet JVM's",
              String.join(", ", found) + paused,
              met));
    }
  }
}
