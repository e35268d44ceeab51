package dev.ballast.bench.soak;

import dev.ballast.cli.picture.LinePlot;
import dev.ballast.cli.picture.LinePlot.Axis;
import dev.ballast.cli.picture.LinePlot.Point;
import dev.ballast.cli.picture.LinePlot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Memory over time, and the account beside it. */
final class SoakPlot {
  /** As many as an eye can tell apart on the width of the plot. */
  private static final int MOST_POINTS = 120;

  private SoakPlot() {}

  static String svg(SoakResult result) {
    List<Series> series = new ArrayList<>();
    series.add(series(result, "resident", s -> s.process().resident()));
    series.add(series(result, "of no file: heap, arenas, stacks", s -> s.process().anonymous()));
    series.add(series(result, "the account: arenas, weights, mapped", Sample::accountBytes));
    series.add(series(result, "heap after a collection", s -> s.jvm().heapAfterCollection()));
    series.add(
        series(result, "compiled code and classes", s -> s.jvm().code() + s.jvm().classes()));
    String title =
        "Mixed load: %d threads, %,d swaps"
            .formatted(result.options().threads(), result.counts().swaps());
    return new LinePlot(title, Axis.linear("minutes"), Axis.linear("megabytes"), series).svg();
  }

  /** Of some samples that follow each other the highest, so that no peak is hidden. */
  private static Series series(SoakResult result, String label, ToDoubleFunction<Sample> bytes) {
    List<Sample> samples = result.samples();
    int width = Math.ceilDiv(samples.size(), MOST_POINTS);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < samples.size(); i += width) {
      List<Sample> some = samples.subList(i, Math.min(samples.size(), i + width));
      double most = some.stream().mapToDouble(bytes).max().orElse(0);
      points.add(new Point(some.getFirst().seconds() / 60, most / 1e6));
    }
    return new Series(label, points, false);
  }
}
