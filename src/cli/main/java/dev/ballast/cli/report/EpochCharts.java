package dev.ballast.cli.report;

import dev.ballast.cli.picture.Scale;
import dev.ballast.cli.picture.Svg;
import dev.ballast.cli.report.Chart.Point;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Charts over the epochs of a run, and its numbers in a table. */
public final class EpochCharts {
  private static final int TICKS = 5;
  private static final int EPOCH_TICKS = 10;
  private static final double MICROS = 1e6;

  private final RunReport report;
  private final List<Epoch> epochs;

  EpochCharts(RunReport report) {
    this.report = report;
    this.epochs = report.run().epochs();
  }

  /** Two epochs are the fewest that a curve can be drawn through. */
  boolean hasCurves() {
    return epochs.size() > 1;
  }

  /** Each with its title. */
  Map<String, String> curves() {
    Map<String, String> charts = new LinkedHashMap<>();
    charts.put("Loss", loss());
    List<Point> right = points(e -> e.evaluation().flatMap(EpochCharts::percent), "%.2f %% right");
    if (!right.isEmpty()) {
      Chart c = chart("Share of right answers by epoch, in per cent", axis(List.of(right), false));
      charts.put("Right answers, %", marked(c).line("test", report.judgedOn(), right).done());
    }
    return charts;
  }

  private String loss() {
    List<Point> train = points(e -> Optional.of(e.trainLoss()), "training loss %.5g");
    List<Point> test =
        points(e -> e.evaluation().map(Evaluation::loss), report.judgedOn() + " loss %.5g");
    Chart c = chart("Loss by epoch", axis(List.of(train, test), false));
    marked(c);
    if (!test.isEmpty()) {
      c.line("test", report.judgedOn(), test);
    }
    return c.line("train", "training", train).done();
  }

  private Chart marked(Chart c) {
    report.run().bestEpoch().ifPresent(k -> c.upright("kept", k, "best: epoch " + k));
    return c;
  }

  /** Time of a step, over the epochs. */
  String time() {
    boolean micros = epochs.stream().allMatch(e -> secondsPerStep(e) < 1e-3);
    double unit = micros ? MICROS : 1e3;
    String name = micros ? "µs" : "ms";
    List<Point> points =
        points(e -> Optional.of(secondsPerStep(e) * unit), "%.4g " + name + " per step");
    return chart("Time per step by epoch, in " + name, axis(List.of(points), true))
        .line("train", name + " per step", points)
        .done();
  }

  /** All that is known of each epoch. */
  String table() {
    Svg out = new Svg();
    boolean judged = epochs.stream().anyMatch(e -> e.evaluation().isPresent());
    boolean counted =
        epochs.stream().anyMatch(e -> e.evaluation().flatMap(this::share).isPresent());
    List<String> head = new ArrayList<>(List.of("epoch", "training loss"));
    if (judged) {
      head.add(report.judgedOn() + " loss");
    }
    if (counted) {
      head.add("right");
    }
    head.addAll(List.of("seconds", "steps", "per step", "heap per step"));
    out.open("table", "class", "numbers");
    out.open("thead");
    Html.row(out, "th", head.toArray(String[]::new));
    out.close();
    out.open("tbody");
    for (Epoch e : epochs) {
      Html.row(out, "td", row(e, judged, counted).toArray(String[]::new));
    }
    return out.close().close().toString();
  }

  private List<String> row(Epoch e, boolean judged, boolean counted) {
    List<String> cells = new ArrayList<>();
    boolean best = report.run().bestEpoch().stream().anyMatch(k -> k == e.number());
    cells.add(e.number() + (best ? " (best)" : ""));
    cells.add(Html.number(e.trainLoss()));
    if (judged) {
      cells.add(e.evaluation().map(v -> Html.number(v.loss())).orElse("–"));
    }
    if (counted) {
      cells.add(e.evaluation().flatMap(this::share).map(Html::percent).orElse("–"));
    }
    cells.add(String.format(Locale.ROOT, "%.2f", e.seconds()));
    cells.add(Html.count(e.steps()));
    cells.add(time(secondsPerStep(e)));
    cells.add(heap(e));
    return cells;
  }

  static String heap(Epoch e) {
    return String.format(Locale.ROOT, "%,.0f B", e.heapBytesPerStep());
  }

  public static String time(double seconds) {
    if (seconds < 1e-3) {
      return String.format(Locale.ROOT, "%.1f µs", seconds * MICROS);
    }
    return seconds < 1
        ? String.format(Locale.ROOT, "%.3f ms", seconds * 1e3)
        : String.format(Locale.ROOT, "%.3f s", seconds);
  }

  static double secondsPerStep(Epoch e) {
    return e.seconds() / Math.max(1, e.steps());
  }

  private Optional<Double> share(Evaluation v) {
    return v.accuracy().stream().boxed().findFirst();
  }

  private static Optional<Double> percent(Evaluation v) {
    return v.accuracy().stream().boxed().map(a -> 100 * a).findFirst();
  }

  private List<Point> points(Function<Epoch, Optional<Double>> value, String told) {
    List<Point> points = new ArrayList<>();
    for (Epoch e : epochs) {
      value
          .apply(e)
          .ifPresent(
              v -> {
                String text = String.format(Locale.ROOT, "epoch %d: " + told, e.number(), v);
                points.add(new Point(e.number(), v, text));
              });
    }
    return points;
  }

  private Chart chart(String told, Scale y) {
    int last = epochs.size();
    int step = 1;
    for (int factor = 1; last / step > EPOCH_TICKS; factor++) {
      step = new int[] {1, 2, 5}[factor % 3] * (int) Math.pow(10, factor / 3);
    }
    int distance = step;
    List<Double> ticks =
        IntStream.rangeClosed(1, last)
            .filter(i -> i % distance == 0)
            .mapToObj(i -> (double) i)
            .toList();
    return new Chart(told, new Scale(1, last, 1), ticks, "epoch", y);
  }

  private static Scale axis(List<List<Point>> lines, boolean fromZero) {
    Stream<Double> values = lines.stream().flatMap(List::stream).map(Point::y);
    return Scale.over(
        Stream.concat(values, fromZero ? Stream.of(0.0) : Stream.of()).toList(), TICKS);
  }
}
