package dev.ballast.bench;

import dev.ballast.cli.Report;
import dev.ballast.ir.Graph;
import dev.ballast.plan.Certificate;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.PlanTimes;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.PlanException;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a large graph takes to plan, phase by phase, of a median run.
 *
 * @param budget what was asked of it
 * @param plan empty where the budget was refused
 */
record PlanningRow(
    String instance,
    String budget,
    int steps,
    Optional<Plan> plan,
    PlanTimes times,
    Samples samples)
    implements PlannerRow {
  private record Run(Optional<Plan> plan, PlanTimes times) {}

  static PlanningRow measure(
      String name, String budget, Graph graph, PlanOptions options, Repetition repetition) {
    Repetition.Measured<Run> m = repetition.measure(name, () -> run(graph, options));
    int steps = (int) graph.nodes().stream().filter(n -> !n.isView()).count();
    return new PlanningRow(name, budget, steps, m.last().plan(), m.last().times(), m.samples());
  }

  private static Run run(Graph graph, PlanOptions options) {
    PlanTimes times = new PlanTimes();
    try {
      return new Run(Optional.of(Planner.plan(graph, options, times)), times);
    } catch (PlanException refused) {
      if (options.memoryBudget().isEmpty()) {
        throw refused;
      }
      return new Run(Optional.empty(), times);
    }
  }

  private double milliseconds(PlanTimes.Phase phase) {
    return times.nanos(phase) / 1e6;
  }

  private int buffers() {
    return plan.map(p -> p.buffers(Region.SCRATCH).size()).orElse(0);
  }

  @Override
  public Report report() {
    Report r =
        new Report()
            .put("kind", PlannerCase.Kind.TIME.name().toLowerCase(Locale.ROOT))
            .put("instance", instance)
            .put("budget", budget)
            .put("planned", plan.isPresent())
            .put("steps", steps)
            .put("buffers", buffers());
    plan.map(Plan::certificate)
        .ifPresent(
            (Certificate c) ->
                r.put("load", c.loadBound())
                    .put("peak", c.bytes())
                    .put("certificate", c.toString()));
    r.put("milliseconds", samples.median() / 1e6)
        .put("spread", samples.spread())
        .put("runs", samples.values().length);
    for (PlanTimes.Phase p : PlanTimes.Phase.values()) {
      r.put(p.name().toLowerCase(Locale.ROOT) + "Milliseconds", milliseconds(p));
    }
    return r;
  }

  @Override
  public String header() {
    StringBuilder b =
        new StringBuilder(
            String.format("%-24s %-8s %7s %8s", "graph", "budget", "steps", "buffers"));
    for (PlanTimes.Phase p : PlanTimes.Phase.values()) {
      b.append(String.format(" %13s", p.name().toLowerCase(Locale.ROOT)));
    }
    return b + String.format(" %10s %5s  %s", "whole, ms", "runs", "certificate");
  }

  @Override
  public String line() {
    StringBuilder b =
        new StringBuilder(
            String.format(Locale.ROOT, "%-24s %-8s %,7d %,8d", instance, budget, steps, buffers()));
    for (PlanTimes.Phase p : PlanTimes.Phase.values()) {
      b.append(String.format(Locale.ROOT, " %,13.1f", milliseconds(p)));
    }
    return b
        + String.format(
            Locale.ROOT,
            " %,10.1f %5d  %s",
            samples.median() / 1e6,
            samples.values().length,
            plan.map(p -> p.certificate().toString()).orElse("refused"));
  }
}
