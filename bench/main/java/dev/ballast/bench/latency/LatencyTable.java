package dev.ballast.bench.latency;

import java.io.PrintWriter;
import java.util.Locale;

/** Results for people. */
final class LatencyTable {
  private LatencyTable() {}

  static void print(LatencyResults all, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s at %.0f requests/s, %s; µs from when a request was due to its answer%n",
        all.workload(),
        all.ratePerSecond(),
        all.arrivals().name().toLowerCase(Locale.ROOT));
    for (Setting s : all.settings()) {
      out.printf("%n%s%n", s);
      out.printf(
          "  %-17s %9s %8s %8s %8s %8s %8s %9s %5s %9s %9s %8s%n",
          "side",
          "requests",
          "p50",
          "p90",
          "p99",
          "p99.9",
          "p99.99",
          "max",
          "GCs",
          "paused ms",
          "TTSP max",
          "heap B");
      all.rows().stream()
          .filter(r -> r.setting().equals(s))
          .forEach(r -> out.println("  " + line(r)));
    }
    out.println();
    for (Claims.Verdict v : Claims.of(all)) {
      out.printf("%-7s %s: %s (%s)%n", v.word(), v.setting(), v.claim(), v.found());
    }
    all.notes().forEach(out::println);
    out.println();
    out.println("paused: in collections, from the JVM's log. TTSP: time to a safepoint, µs. heap:");
    out.println("bytes that the sending thread allocates for a request.");
    out.flush();
  }

  private static String line(LatencyRow r) {
    StringBuilder b = new StringBuilder();
    b.append(String.format(Locale.ROOT, "%-17s %9d", r.side(), r.load().requests()));
    for (double share : LatencyRow.SHARES) {
      b.append(String.format(Locale.ROOT, share == 1 ? " %9.0f" : " %8.1f", r.micros(share)));
    }
    b.append(
        String.format(
            Locale.ROOT,
            " %5d %9.1f %9.0f %8.0f",
            r.gcCount(),
            r.safepoints().gcPauseMillis(),
            r.safepoints().reachingMicros(1),
            r.load().heapBytesPerRequest()));
    r.shortfalls().forEach(s -> b.append("  ").append(s));
    return b.toString();
  }
}
