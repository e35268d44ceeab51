package dev.ballast.bench.latency;

import dev.ballast.bench.Origin;
import java.util.Locale;

/** The section of the page of results. */
final class LatencyPage {
  private LatencyPage() {}

  /**
   * @param pictures lines of Markdown that show the plots
   */
  static String of(LatencyResults all, LatencyOptions options, Origin origin, String pictures) {
    StringBuilder b = new StringBuilder();
    b.append(
        """
        ## Latency

        Requests at a fixed rate, each counted from when it was due; what is measured, and what it
        can tell: [decision 30](../src/docs/decisions/0030-latency.md).

        """);
    b.append(origin.lines());
    all.rows().stream()
        .map(r -> r.side() + ": " + r.version())
        .distinct()
        .forEach(v -> b.append("- ").append(v).append('\n'));
    b.append(
        String.format(
            Locale.ROOT,
            "- load: %s, %.0f requests a second, arrivals %s, %d × %.0f s, heap of %d MB%n%n",
            all.workload(),
            all.ratePerSecond(),
            all.arrivals().name().toLowerCase(Locale.ROOT),
            options.rounds(),
            options.seconds(),
            options.heapMegabytes()));
    b.append(pictures).append('\n');
    b.append(
        "µs; paused: in collections, ms in all; TTSP: time to a safepoint, µs at the most.\n\n");
    b.append("| setting | side | requests | p50 | p90 | p99 | p99.9 | p99.99 | max | GCs | paused");
    b.append(" | TTSP | heap B | |\n|---|---|").append("---:|".repeat(11)).append("---|\n");
    for (LatencyRow r : all.rows()) {
      b.append("| ").append(r.setting()).append(" | ").append(r.side());
      b.append(String.format(Locale.ROOT, " | %,d", r.load().requests()));
      for (double share : LatencyRow.SHARES) {
        b.append(String.format(Locale.ROOT, " | %.0f", r.micros(share)));
      }
      b.append(
          String.format(
              Locale.ROOT,
              " | %d | %.1f | %.0f | %.0f | %s |%n",
              r.gcCount(),
              r.safepoints().gcPauseMillis(),
              r.safepoints().reachingMicros(1),
              r.load().heapBytesPerRequest(),
              String.join("; ", r.shortfalls())));
    }
    b.append("\nWhat is claimed, and what came of it:\n\n| setting | claim | found | |\n");
    b.append("|---|---|---|---|\n");
    for (Claims.Verdict v : Claims.of(all)) {
      b.append("| %s | %s | %s | %s |%n".formatted(v.setting(), v.claim(), v.found(), v.word()));
    }
    all.notes().forEach(n -> b.append("\n- ").append(n));
    return b.toString();
  }
}
