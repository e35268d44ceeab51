package dev.ballast.bench;

import dev.ballast.cli.BufferTable;
import dev.ballast.cli.Report;
import dev.ballast.plan.Certificate;
import dev.ballast.plan.Placement;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What placement makes of one instance.
 *
 * @param verdict of the capacity asked for; empty where the lowest placement is sought
 * @param milliseconds the median of warm runs
 * @param nodes how much was searched
 */
record PlacementRow(
    String instance,
    int buffers,
    String verdict,
    Certificate certificate,
    double milliseconds,
    boolean noisy,
    long nodes) {

  /** Verifies what was found before it takes the time. */
  static PlacementRow measure(
      String name,
      Placement.Problem problem,
      OptionalLong capacity,
      Placement.Limits limits,
      int runs) {
    String verdict = "";
    Placement.Solution solution = new Placement.Solution(new long[0], 0, 0, 0);
    double[] nanos = new double[runs];
    for (int i = -runs; i < runs; i++) {
      long start = System.nanoTime();
      if (capacity.isPresent()) {
        Placement.Decision d = Placement.decide(problem, capacity.getAsLong(), limits);
        verdict = d.verdict().toString().toLowerCase(Locale.ROOT).replace('_', ' ');
        solution = d.solution();
      } else {
        solution = Placement.solve(problem, limits);
      }
      nanos[Math.max(i, 0)] = System.nanoTime() - start;
    }
    long peak = BufferTable.verify(problem, solution.offsets());
    Samples samples = new Samples(name, nanos);
    return new PlacementRow(
        name,
        problem.count(),
        verdict,
        new Certificate(peak, problem.loadBound(), solution.provenBytes()),
        samples.median() / 1e6,
        samples.isNoisy(),
        solution.nodes());
  }

  Report report() {
    return new Report()
        .put("instance", instance)
        .put("buffers", buffers)
        .put("load", certificate.loadBound())
        .put("peak", certificate.bytes())
        .put("proven", certificate.provenBytes())
        .put("verdict", verdict)
        .put("certificate", certificate.toString())
        .put("milliseconds", milliseconds)
        .put("noisy", noisy)
        .put("nodes", nodes);
  }

  static void print(List<PlacementRow> rows, PrintWriter out) {
    out.printf(
        "%-26s %8s %16s %16s %-20s %-9s %10s %10s%n",
        "instance", "buffers", "load", "peak", "certificate", "capacity", "ms", "nodes");
    for (PlacementRow r : rows) {
      out.printf(
          Locale.ROOT,
          "%-26s %,8d %,16d %,16d %-20s %-9s %10.2f %,10d%s%n",
          r.instance,
          r.buffers,
          r.certificate.loadBound(),
          r.certificate.bytes(),
          r.certificate,
          r.verdict.isEmpty() ? "–" : r.verdict,
          r.milliseconds,
          r.nodes,
          r.noisy ? "  noisy" : "");
    }
    out.flush();
  }
}
