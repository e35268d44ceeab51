package dev.ballast.bench.latency;

import dev.ballast.cli.picture.LinePlot;
import dev.ballast.cli.picture.LinePlot.Axis;
import dev.ballast.cli.picture.LinePlot.Point;
import dev.ballast.cli.picture.LinePlot.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * Percentiles as HdrHistogram's plots show them: across, how many requests there are for one that
 * is slower, 1/(1 − q), so that each further nine has as much room as the one before.
 */
final class LatencyPlot {
  private static final int POINTS_PER_DECADE = 8;

  private LatencyPlot() {}

  /**
   * All sides under one collector; what garbage makes of a curve is dashed, in its colour.
   *
   * @throws IllegalArgumentException where nothing was measured under it
   */
  static String svg(LatencyResults all, Collector collector, int threads) {
    List<Series> series = new ArrayList<>();
    for (String side : all.rows().stream().map(LatencyRow::side).distinct().toList()) {
      boolean first = true;
      for (LatencyRow r : all.rows()) {
        if (r.side().equals(side)
            && r.setting().collector() == collector
            && r.setting().threads() == threads) {
          String beside =
              r.setting().isQuiet() ? "quiet" : "%.0f MB/s".formatted(r.setting().pressureMBps());
          series.add(new Series(side + ", " + beside, points(r), !first));
          first = false;
        }
      }
    }
    String title =
        "%s at %.0f/s, %s%s"
            .formatted(
                all.workload(),
                all.ratePerSecond(),
                collector.label(),
                threads == 1 ? "" : ", " + threads + " threads");
    return new LinePlot(
            title,
            Axis.log("one request in so many is slower (1000: p99.9)"),
            Axis.log("µs from when it was due"),
            series)
        .svg();
  }

  private static List<Point> points(LatencyRow r) {
    List<Point> points = new ArrayList<>();
    long n = r.load().requests();
    for (int k = 0; ; k++) {
      double one = Math.pow(10, (double) k / POINTS_PER_DECADE);
      if (one > n && k > 0) {
        return points;
      }
      // A logarithmic axis has no place for 0, and the histogram's unit is a nanosecond.
      points.add(new Point(one, Math.max(1e-3, r.micros(1 - 1 / one))));
    }
  }
}
