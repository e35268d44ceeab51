package dev.ballast.cli.report;

import dev.ballast.cli.picture.Scale;
import dev.ballast.cli.picture.Svg;
import dev.ballast.cli.report.Chart.Point;
import dev.ballast.metric.Regression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How near a model's numbers are to the true ones. */
final class NumbersSection {
  /** More points than this only make the picture heavy. */
  static final int POINTS = 1500;

  private static final int BARS = 31;
  private static final int TICKS = 5;

  private NumbersSection() {}

  static void write(Outcome.Numbers numbers, Svg out) {
    int count = numbers.outputs().size() + numbers.more();
    Html.section(out, "numbers", "Said and true");
    if (numbers.more() > 0) {
      String told = "The first %d of %d outputs.";
      out.text("p", told.formatted(numbers.outputs().size(), count), "class", "soft");
    }
    for (int i = 0; i < numbers.outputs().size(); i++) {
      Estimates e = numbers.outputs().get(i);
      if (count > 1) {
        out.text("h3", "Output " + i);
      }
      figures(e, out);
      out.open("div", "class", "charts");
      Charts.figure(out, "Said against true", scatter(e));
      Charts.figure(out, "Residuals, said − true", residuals(e));
      out.close();
    }
    out.close();
  }

  private static void figures(Estimates e, Svg out) {
    Regression errors = e.errors();
    out.open("dl", "class", "facts");
    Charts.fact(out, "root mean square error", Html.number(errors.rootMeanSquaredError()), "");
    Charts.fact(out, "mean absolute error", Html.number(errors.meanAbsoluteError()), "");
    Charts.fact(out, "mean residual", Html.number(e.meanResidual()), "0 is without bias");
    errors
        .meanRSquared()
        .ifPresent(
            r2 -> Charts.fact(out, "R²", Html.number(r2), "1 is perfect, 0 as good as the mean"));
    out.close();
  }

  private static String scatter(Estimates e) {
    List<Double> all =
        IntStream.range(0, e.examples())
            .boxed()
            .flatMap(i -> Stream.of((double) e.truth()[i], (double) e.said()[i]))
            .toList();
    Scale axis = Scale.over(all, TICKS);
    int step = Math.ceilDiv(e.examples(), POINTS);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < e.examples(); i += step) {
      String told = "#" + i + ": true %.4g, said %.4g";
      points.add(
          new Point(
              e.truth()[i],
              e.said()[i],
              String.format(Locale.ROOT, told, e.truth()[i], e.said()[i])));
    }
    String name = "true" + (step > 1 ? "; one of " + step + " examples is drawn" : "");
    return new Chart("What the model says against what is true", axis, axis.ticks(), name, axis)
        .diagonal("ideal")
        .dots("point", 2.5, points)
        .done();
  }

  private static String residuals(Estimates e) {
    double most =
        IntStream.range(0, e.examples()).mapToDouble(i -> Math.abs(e.residual(i))).max().orElse(0);
    double reach = most > 0 ? most : 1;
    double width = 2 * reach / BARS;
    int[] bars = new int[BARS];
    for (int i = 0; i < e.examples(); i++) {
      bars[Math.clamp((int) ((e.residual(i) + reach) / width), 0, BARS - 1)]++;
    }
    double highest = Arrays.stream(bars).max().orElse(0);
    Scale x = Scale.over(List.of(-reach, reach), TICKS);
    Chart chart =
        new Chart(
            "How many residuals there are of each size",
            x,
            x.ticks(),
            "residual",
            Scale.over(List.of(0.0, highest), TICKS));
    for (int i = 0; i < BARS; i++) {
      double from = -reach + i * width;
      String told = "%,d examples from %.3g to %.3g";
      chart.bar(
          "bar",
          from,
          from + width,
          bars[i],
          String.format(Locale.ROOT, told, bars[i], from, from + width));
    }
    return chart.done();
  }
}
