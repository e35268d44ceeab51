package dev.ballast.bench.peers;

import dev.ballast.bench.peers.Comparison.LeftOut;
import dev.ballast.bench.peers.Comparison.Why;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Comparisons as a table for people. */
final class PeersTable {
  private PeersTable() {}

  static void print(Results results, PrintWriter out) {
    List<Comparison> all = results.all();
    out.printf(
        "%-22s %-17s %9s %9s %9s %7s %7s %9s %4s %8s %7s%n",
        "workload",
        "side",
        "median µs",
        "p99",
        "p99.9",
        "÷ best",
        "spread",
        "heap B/op",
        "GCs",
        "MB",
        "start s");
    for (Comparison c : all) {
      String workload = c.workload().name() + " ×" + c.threads();
      for (PeerRow r : c.rows()) {
        out.printf("%-22s %s%n", workload, line(c, r));
        workload = "";
      }
    }
    gradients(results, out);
    reasons(all).forEach((reason, where) -> out.printf("%n%s%n  (%s)%n", reason, where));
    out.println();
    out.println("×: threads. ÷ best: the median over the best peer's. spread: of the rounds'");
    out.println("medians. MB: resident at the most. start: from no process to the first answer.");
    out.flush();
  }

  /** What a gradient costs each side, where its forward pass was measured too. */
  private static void gradients(Results results, PrintWriter out) {
    for (Comparison c : results.all()) {
      List<String> ratios = new ArrayList<>();
      for (PeerRow r : c.rows()) {
        results
            .overForward(c, r)
            .ifPresent(x -> ratios.add(String.format(Locale.ROOT, "%s %.2f", r.side(), x)));
      }
      if (!ratios.isEmpty()) {
        out.printf(
            Locale.ROOT,
            "%n%s ×%d in forward passes, %.2f by arithmetic: %s%n",
            c.workload().name(),
            c.threads(),
            c.workload().net().gradientOverForward(),
            String.join(", ", ratios));
      }
    }
  }

  private static String line(Comparison c, PeerRow r) {
    String fewer = r.threadsUsed() < c.threads() ? "  used " + r.threadsUsed() + " thread" : "";
    return String.format(
        Locale.ROOT,
        "%-17s %9.1f %9.1f %9.1f %7s %6.0f%% %9s %4s %8s %7.2f%s%s",
        r.side(),
        r.medianMicros(),
        r.p99Micros(),
        r.p999Micros(),
        c.ratioToBestPeer(r).isPresent()
            ? String.format(Locale.ROOT, "%.2f", c.ratioToBestPeer(r).getAsDouble())
            : "–",
        r.spreadPercent(),
        r.heapBytesPerOp().isPresent()
            ? String.format(Locale.ROOT, "%.0f", r.heapBytesPerOp().getAsDouble())
            : "–",
        r.gcCount().isPresent() ? r.gcCount().getAsLong() : "–",
        r.residentBytes().isPresent()
            ? String.format(Locale.ROOT, "%.1f", r.residentBytes().getAsLong() / 1e6)
            : "–",
        r.startMillis() / 1e3,
        r.isNoisy() ? "  noisy" : "",
        fewer);
  }

  /** Why sides were left out, each reason once, and where it held. */
  static Map<String, String> reasons(List<Comparison> all) {
    Map<String, Set<String>> where = new LinkedHashMap<>();
    for (Comparison c : all) {
      for (LeftOut l : c.leftOut()) {
        String verb =
            switch (l.why()) {
              case MISSING -> " is left out: ";
              case FAILED -> " failed: ";
              case DISQUALIFIED -> " is disqualified: ";
            };
        String key = l.side() + verb + l.reason();
        String at = c.workload().name() + (l.why() == Why.MISSING ? "" : " ×" + c.threads());
        where.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(at);
      }
    }
    Map<String, String> reasons = new LinkedHashMap<>();
    where.forEach((reason, at) -> reasons.put(reason, String.join(", ", at)));
    return reasons;
  }
}
