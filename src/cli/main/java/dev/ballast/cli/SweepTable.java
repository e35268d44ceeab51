package dev.ballast.cli;

import dev.ballast.plan.Plan;
import dev.ballast.plan.Recomputation;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The curve of arena bytes against extra computation, as a table. */
final class SweepTable {
  private SweepTable() {}

  static void print(List<Plan> plans, PrintWriter out, Report.Format format) {
    if (format.isJson()) {
      Report.printAll(out, plans.stream().map(SweepTable::row).toList());
      return;
    }
    out.printf(
        Locale.ROOT,
        "%15s %9s %16s %8s %16s  %s%n",
        "arena bytes",
        "nodes",
        "extra FLOPs",
        "extra",
        "at the least",
        "certificate");
    for (Plan p : plans) {
      Recomputation r = p.recomputation();
      out.printf(
          Locale.ROOT,
          "%,15d %9d %,16d %6.1f %% %,16d  %s%n",
          p.arenaBytes(),
          r.nodes(),
          r.extraFlops(),
          100.0 * r.extraFlops() / once(p),
          r.boundFlops(),
          p.certificate());
    }
    out.flush();
  }

  private static long once(Plan p) {
    return Math.max(1, p.graph().flops() - p.recomputation().extraFlops());
  }

  private static Report row(Plan p) {
    Recomputation r = p.recomputation();
    return new Report()
        .put("arenaBytes", p.arenaBytes())
        .put("recomputedNodes", r.nodes())
        .put("extraFlops", r.extraFlops())
        .put("extraFlopsBound", r.boundFlops())
        .put("flops", p.graph().flops())
        .put("certificate", p.certificate().toString());
  }
}
