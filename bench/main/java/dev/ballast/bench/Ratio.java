package dev.ballast.bench;

import dev.ballast.bench.Workload.Mode;
import dev.ballast.cli.Report;
import dev.ballast.cli.definition.Definition;
import dev.ballast.plan.Plan;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a gradient costs at one batch size, measured and by the arithmetic.
 *
 * @param parameters d, the number of partial derivatives
 * @param flops floating-point operations of each mode
 * @param arenaBytes of each mode; in {@link Mode#GRADIENT} every gradient has a place of its own,
 *     which a whole step does without
 * @param times of each mode, round by round
 */
record Ratio(
    String model,
    int batch,
    long parameters,
    Map<Mode, Long> flops,
    Map<Mode, Long> arenaBytes,
    Map<Mode, Samples> times) {

  static Ratio measure(Definition d, int batch, Budget budget) {
    try (Workload w = Workload.open(d, batch)) {
      List<Variant> variants =
          Arrays.stream(Mode.values()).map(m -> new Variant(m.label(), w.session(m)::run)).toList();
      List<Samples> samples = Alternating.measure(variants, budget);
      Map<Mode, Long> flops = new EnumMap<>(Mode.class);
      Map<Mode, Long> bytes = new EnumMap<>(Mode.class);
      Map<Mode, Samples> times = new EnumMap<>(Mode.class);
      for (Mode m : Mode.values()) {
        Plan plan = w.session(m).plan();
        flops.put(m, plan.graph().flops());
        bytes.put(m, plan.arenaBytes());
        times.put(m, samples.get(m.ordinal()));
      }
      long parameters = w.session(Mode.STEP).plan().graph().parameterCount();
      return new Ratio(d.model().name(), batch, parameters, flops, bytes, times);
    }
  }

  double micros(Mode m) {
    return times.get(m).median() / 1e3;
  }

  /** A mode's time over that of the forward pass in training: the median of the rounds. */
  Samples overForward(Mode m) {
    return times.get(m).over(times.get(Mode.FORWARD));
  }

  /** The same by counting operations; the gradient of the network's input is dead code. */
  double arithmeticOverForward(Mode m) {
    return (double) flops.get(m) / flops.get(Mode.FORWARD);
  }

  /** d + 1 forward passes, which is what differences would take: computed from one. */
  double perturbationMicros() {
    return (parameters + 1) * micros(Mode.FORWARD);
  }

  double perturbationFactor() {
    return perturbationMicros() / micros(Mode.GRADIENT);
  }

  /** Whether the ratios spread so much that they say little. */
  boolean isNoisy() {
    return overForward(Mode.GRADIENT).isNoisy() || overForward(Mode.STEP).isNoisy();
  }

  Report report() {
    Report r = new Report();
    r.put("model", model).put("batch", batch).put("parameters", parameters);
    for (Mode m : Mode.values()) {
      r.put(m.label() + "Micros", micros(m));
    }
    r.put("gradientOverForward", overForward(Mode.GRADIENT).median());
    r.put("gradientOverForwardByArithmetic", arithmeticOverForward(Mode.GRADIENT));
    r.put("stepOverForward", overForward(Mode.STEP).median());
    r.put("stepOverForwardByArithmetic", arithmeticOverForward(Mode.STEP));
    r.put("perturbationMicros", perturbationMicros());
    r.put("perturbationMeasured", false);
    r.put("perturbationOverGradient", perturbationFactor());
    r.put("flops", each(m -> flops.get(m)));
    r.put("arenaBytes", each(m -> arenaBytes.get(m)));
    r.put("spread", each(m -> times.get(m).spread()));
    r.put("gradientOverForwardSpread", overForward(Mode.GRADIENT).spread());
    r.put("stepOverForwardSpread", overForward(Mode.STEP).spread());
    r.put("rounds", times.get(Mode.FORWARD).values().length);
    return r.put("noisy", isNoisy());
  }

  private static Map<String, Object> each(Function<Mode, Object> of) {
    Report r = new Report();
    for (Mode m : Mode.values()) {
      r.put(m.label(), of.apply(m));
    }
    return r.values();
  }
}
