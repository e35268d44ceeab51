package dev.ballast.cli.picture;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How training went, an epoch a step to the right: on the left the losses on the training data and
 * on those that epochs are judged by, on the right the share of right answers, where there are any
 * to count. The epoch whose weights were kept is marked.
 */
public final class LearningCurve {
  private static final double HEIGHT = 330;
  private static final double PANEL = 400;
  private static final double PITCH = 510;
  private static final double LEFT = 72;
  private static final double TOP = 72;
  private static final double BOTTOM = 280;
  private static final int TICKS = 5;
  private static final String STYLE =
      """
      text{font:12px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#28323e}
      .title{font-size:16px;font-weight:700}
      .head{font-weight:700}
      .end{text-anchor:end}
      .mid{text-anchor:middle}
      .panel{fill:#f7f8fa}
      .grid{stroke:#dfe4ea;fill:none}
      .kept{stroke:#5a6675;stroke-dasharray:4 4;fill:none}
      .train,.judged{stroke-width:2;fill:none;stroke-linejoin:round}
      .train{stroke:#2f78b7}
      .judged{stroke:#c25e00}
      .dot{fill:#c25e00}
      .of-train{fill:#2f78b7;font-weight:700}
      .of-judged{fill:#a04d00;font-weight:700}
      """;

  /** Points of one line: an epoch's number and a value. */
  private record Line(String style, String name, List<Double> epochs, List<Double> values) {
    static Line of(
        String style, String name, List<Epoch> run, Function<Epoch, Optional<Double>> value) {
      List<Double> epochs = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      for (Epoch e : run) {
        value
            .apply(e)
            .ifPresent(
                v -> {
                  epochs.add((double) e.number());
                  values.add(v);
                });
      }
      return new Line(style, name, epochs, values);
    }
  }

  private final Svg svg = new Svg();
  private final List<Epoch> run;
  private final String judgedOn;

  private LearningCurve(List<Epoch> run, String judgedOn) {
    this.run = run;
    this.judgedOn = judgedOn;
  }

  /**
   * The picture, as a file of its own.
   *
   * @param name of what was trained
   * @param judgedOn what part of the data each epoch was evaluated on, in a word
   * @param kept the number of the epoch whose weights were kept, if one was chosen
   */
  public static String svg(String name, List<Epoch> run, String judgedOn, Optional<Integer> kept) {
    LearningCurve c = new LearningCurve(run, judgedOn);
    c.draw(name, kept);
    return c.svg.toString();
  }

  private void draw(String name, Optional<Integer> kept) {
    Line train = Line.of("train", "training", run, e -> Optional.of(e.trainLoss()));
    Line judged = Line.of("judged", judgedOn, run, e -> e.evaluation().map(Evaluation::loss));
    Line right = Line.of("judged", judgedOn, run, LearningCurve::percent);
    List<Line> losses = judged.values.isEmpty() ? List.of(train) : List.of(train, judged);
    boolean counts = !right.values.isEmpty();
    double width = LEFT + PANEL + 40 + (counts ? PITCH : 0);
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        Svg.format("0 0 %s %s", width, HEIGHT),
        "width",
        width,
        "height",
        HEIGHT,
        "role",
        "img");
    svg.text("title", "Learning curve of " + name);
    svg.text("style", STYLE);
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    svg.write("title", LEFT, 30, name);
    panel("loss", LEFT, losses, kept);
    if (counts) {
      panel("accuracy, %", LEFT + PITCH, List.of(right), kept);
    }
    svg.close();
  }

  private static Optional<Double> percent(Epoch e) {
    return e.evaluation()
        .filter(v -> v.accuracy().isPresent())
        .map(v -> 100 * v.accuracy().getAsDouble());
  }

  private void panel(String title, double left, List<Line> lines, Optional<Integer> kept) {
    svg.rect("panel", left, TOP, PANEL, BOTTOM - TOP);
    svg.write("head", left, TOP - 12, title);
    Scale y = Scale.over(lines.stream().flatMap(l -> l.values.stream()).toList(), TICKS);
    for (double tick : y.ticks()) {
      double at = BOTTOM - (BOTTOM - TOP) * y.part(tick);
      svg.path("grid", Svg.format("M%s %sH%s", left, at, left + PANEL));
      svg.write("end", left - 8, at + 4, y.text(tick));
    }
    for (double tick : Scale.over(List.of(1.0, (double) run.size()), TICKS).ticks()) {
      if (tick >= 1 && tick <= run.size() && tick == Math.rint(tick)) {
        svg.write("mid", x(left, tick), BOTTOM + 18, Integer.toString((int) tick));
      }
    }
    svg.write("mid", left + PANEL / 2, BOTTOM + 38, "epoch");
    kept.ifPresent(k -> svg.path("kept", Svg.format("M%s %sV%s", x(left, k), TOP, BOTTOM)));
    double legend = left + PANEL;
    for (Line line : lines.reversed()) {
      line(line, left, y);
      svg.write("of-" + line.style + " end", legend, TOP - 12, line.name);
      legend -= Frame.textWidth(line.name, 12) + 18;
      kept.filter(k -> line.style.equals("judged"))
          .ifPresent(
              k -> {
                double v = line.values.get(line.epochs.indexOf((double) k));
                double at = BOTTOM - (BOTTOM - TOP) * y.part(v);
                svg.leaf("circle", "class", "dot", "cx", x(left, k), "cy", at, "r", 4.0);
              });
    }
  }

  private void line(Line line, double left, Scale y) {
    StringBuilder d = new StringBuilder();
    for (int i = 0; i < line.values.size(); i++) {
      double at = BOTTOM - (BOTTOM - TOP) * y.part(line.values.get(i));
      d.append(i == 0 ? 'M' : 'L').append(Svg.number(x(left, line.epochs.get(i))));
      d.append(' ').append(Svg.number(at));
    }
    svg.path(line.style, d);
  }

  private double x(double left, double epoch) {
    double part = run.size() < 2 ? 0.5 : (epoch - 1) / (run.size() - 1);
    return left + PANEL * (0.02 + 0.96 * part);
  }
}
