package dev.ballast.bench.peers;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What Ballast promises beside the peers, and whether it held in a run. */
final class Targets {
  /** The most that its median may be of the best peer's. */
  private static final Map<String, Double> RATIOS =
      Map.of(
          "mlp-b64", 0.75,
          "mlp-b256", 0.90,
          "catdog-b1", 0.50,
          "catdog-b32", 0.60,
          "lenet-b64", 0.40,
          "mlp-b1-infer", 0.60,
          "mlp-b8-infer", 0.75,
          "mlp-b64-infer", 1.00);

  /** What a gradient may cost, in units of what it does by arithmetic. */
  private static final double ABOVE_ARITHMETIC = 1.15;

  /** The workload whose start is promised. */
  private static final String STARTED = "mlp-b1-infer";

  private static final double START_MILLIS = 350;
  private static final String START_PEER = "onnxruntime-java";

  private Targets() {}

  /** One promise. */
  record Target(String text, boolean met) {
    @Override
    public String toString() {
      return text + (met ? ": met" : ": missed");
    }
  }

  private static Target atMost(double most, double found) {
    return new Target(String.format(Locale.ROOT, "≤ %.2f", most), found <= most);
  }

  /** Of the median over the best peer's. */
  static Optional<Target> ratio(Comparison c) {
    OptionalDouble ratio = ownRatio(c);
    Double most = RATIOS.get(c.workload().name());
    return most == null || ratio.isEmpty()
        ? Optional.empty()
        : Optional.of(atMost(most, ratio.getAsDouble()));
  }

  private static OptionalDouble ownRatio(Comparison c) {
    return c.row(Side.BALLAST).map(c::ratioToBestPeer).orElse(OptionalDouble.empty());
  }

  /** Of what a gradient costs: near the arithmetic, and below what it costs any peer. */
  static Optional<Target> gradient(Results all, Comparison c) {
    OptionalDouble own =
        c.row(Side.BALLAST).map(r -> all.overForward(c, r)).orElse(OptionalDouble.empty());
    if (own.isEmpty()) {
      return Optional.empty();
    }
    double most = c.workload().net().gradientOverForward() * ABOVE_ARITHMETIC;
    for (PeerRow r : c.rows()) {
      if (r.isPeer()) {
        most = Math.min(most, all.overForward(c, r).orElse(most));
      }
    }
    return Optional.of(atMost(most, own.getAsDouble()));
  }

  /** Of p99.9 over the median: no peer has it lower. */
  static Optional<Target> tail(Comparison c) {
    Optional<PeerRow> own = c.row(Side.BALLAST);
    OptionalDouble best =
        c.rows().stream().filter(PeerRow::isPeer).mapToDouble(PeerRow::tail).min();
    return own.isEmpty() || best.isEmpty()
        ? Optional.empty()
        : Optional.of(atMost(best.getAsDouble(), own.get().tail()));
  }

  /** Whether something is promised of this workload's start. */
  static boolean promisesStart(PeerWorkload w) {
    return w.name().equals(STARTED);
  }

  /** Of the start: below a fixed time, and below the other library that serves on the JVM. */
  static Optional<Target> start(Comparison c) {
    Optional<PeerRow> own = c.row(Side.BALLAST);
    if (!promisesStart(c.workload()) || own.isEmpty()) {
      return Optional.empty();
    }
    double most =
        Math.min(START_MILLIS, c.row(START_PEER).map(PeerRow::startMillis).orElse(START_MILLIS));
    String text = String.format(Locale.ROOT, "≤ %.0f ms", most);
    return Optional.of(new Target(text, own.get().startMillis() <= most));
  }

  /** Of the heap: nothing of it, and no collection. */
  static Optional<Target> heap(Comparison c) {
    return c.row(Side.BALLAST)
        .map(
            r ->
                new Target(
                    "0 B, 0 GCs",
                    Math.round(r.heapBytesPerOp().orElse(1)) == 0 && r.gcCount().orElse(1) == 0));
  }
}
