package dev.ballast.bench;

import dev.ballast.cli.BufferTable;
import dev.ballast.cli.Report;
import dev.ballast.plan.Certificate;
import dev.ballast.plan.Placement;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What placement makes of one instance.
 *
 * @param verdict of the capacity asked for; empty where the lowest placement is sought
 * @param samples nanoseconds of the runs that count
 * @param nodes how much was searched
 */
record PlacementRow(
    PlannerCase.Kind kind,
    String instance,
    int buffers,
    String verdict,
    Certificate certificate,
    Samples samples,
    long nodes)
    implements PlannerRow {

  /** Verifies what was found after it has taken the time. */
  static PlacementRow measure(
      PlannerCase.Kind kind,
      String name,
      Placement.Problem problem,
      OptionalLong capacity,
      Placement.Limits limits,
      Repetition repetition) {
    Repetition.Measured<Found> m =
        repetition.measure(name, () -> Found.of(problem, capacity, limits));
    Placement.Solution solution = m.last().solution();
    long peak = BufferTable.verify(problem, solution.offsets());
    return new PlacementRow(
        kind,
        name,
        problem.count(),
        m.last().verdict(),
        new Certificate(peak, problem.loadBound(), solution.provenBytes()),
        m.samples(),
        solution.nodes());
  }

  private record Found(String verdict, Placement.Solution solution) {
    static Found of(Placement.Problem p, OptionalLong capacity, Placement.Limits limits) {
      if (capacity.isEmpty()) {
        return new Found("", Placement.solve(p, limits));
      }
      Placement.Decision d = Placement.decide(p, capacity.getAsLong(), limits);
      String verdict = d.verdict().toString().toLowerCase(Locale.ROOT).replace('_', ' ');
      return new Found(verdict, d.solution());
    }
  }

  /** Whether what was asked is settled: the capacity, or the lowest placement. */
  boolean isSettled() {
    return verdict.isEmpty() ? certificate.isOptimal() : !verdict.equals("undecided");
  }

  @Override
  public Report report() {
    return new Report()
        .put("kind", kind.name().toLowerCase(Locale.ROOT))
        .put("instance", instance)
        .put("buffers", buffers)
        .put("load", certificate.loadBound())
        .put("peak", certificate.bytes())
        .put("proven", certificate.provenBytes())
        .put("verdict", verdict)
        .put("certificate", certificate.toString())
        .put("milliseconds", samples.median() / 1e6)
        .put("spread", samples.spread())
        .put("runs", samples.values().length)
        .put("noisy", samples.isNoisy())
        .put("nodes", nodes);
  }

  @Override
  public String header() {
    return String.format(
        "%-32s %8s %15s %15s  %-20s %-12s %10s %7s %5s %10s",
        "instance",
        "buffers",
        "load",
        "peak",
        "certificate",
        "capacity",
        "ms",
        "spread",
        "runs",
        "nodes");
  }

  @Override
  public String line() {
    return String.format(
        Locale.ROOT,
        "%-32s %,8d %,15d %,15d  %-20s %-12s %10.3f %5.0f %% %5d %,10d",
        instance,
        buffers,
        certificate.loadBound(),
        certificate.bytes(),
        certificate,
        verdict.isEmpty() ? "–" : verdict,
        samples.median() / 1e6,
        100 * samples.spread(),
        samples.values().length,
        nodes);
  }
}
