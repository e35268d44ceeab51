package dev.ballast.cli.report;

import dev.ballast.cli.picture.Svg;
import dev.ballast.metric.ConfusionMatrix;
import dev.ballast.metric.ConfusionMatrix.Pair;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What a classifier confuses, and how well it knows each class. */
final class ConfusionSection {
  /** More classes than this make no matrix that can be read. */
  static final int MATRIX = 20;

  /** Pairs of classes that are listed where there is no matrix. */
  static final int PAIRS = 40;

  /** Rows of the table of classes. */
  static final int CLASSES = 60;

  /** Longer names of columns are turned, so that the columns stay narrow. */
  private static final int COLUMN = 6;

  /** The style has so many shades of each colour, and one for nothing. */
  private static final int SHADES = 10;

  private final Outcome.Labels labels;
  private final ConfusionMatrix confusion;
  private final Svg out;

  private ConfusionSection(Outcome.Labels labels, Svg out) {
    this.labels = labels;
    this.confusion = labels.confusion();
    this.out = out;
  }

  static void write(Outcome.Labels labels, Svg out) {
    ConfusionSection s = new ConfusionSection(labels, out);
    Html.section(out, "confusion", "What is taken for what");
    if (labels.confusion().classes() <= MATRIX) {
      s.matrix();
    } else {
      s.pairs();
    }
    out.close();
    Html.section(out, "classes", "Class by class");
    s.classes();
    out.close();
  }

  private void matrix() {
    out.text(
        "p",
        "Rows are true classes, columns what the model says. A cell has the number of examples,"
            + " and below it the share of its row. Blue is right, orange wrong, the deeper the"
            + " larger the share; the deepest orange is the largest of the wrong ones.",
        "class",
        "soft");
    out.open("div", "class", "wide");
    boolean tall = IntStream.range(0, confusion.classes()).anyMatch(this::isLong);
    out.open("table", "id", "matrix", "class", tall ? "tall" : "flat");
    out.open("thead").open("tr");
    out.text("th", "true \\ said", "scope", "col", "class", "soft");
    for (int c = 0; c < confusion.classes(); c++) {
      out.open("th", "scope", "col").text("span", labels.name(c), "title", labels.name(c));
      out.close();
    }
    out.close().close().open("tbody");
    for (int truth = 0; truth < confusion.classes(); truth++) {
      row(truth);
    }
    out.close().close().close();
    out.text("p", "", "id", "cell", "role", "status");
  }

  private boolean isLong(int c) {
    return labels.name(c).length() > COLUMN;
  }

  private void row(int truth) {
    out.open("tr");
    out.text("th", labels.name(truth), "scope", "row", "title", labels.name(truth));
    for (int said = 0; said < confusion.classes(); said++) {
      long count = confusion.count(truth, said);
      out.open("td", "class", shade(truth, said), "data-t", truth, "data-s", said);
      out.text("b", Html.count(count));
      OptionalDouble share = confusion.share(truth, said);
      out.text("small", count == 0 ? "" : Html.percent(share.orElse(0), 1));
      out.close();
    }
    out.close();
  }

  private String shade(int truth, int said) {
    double share = confusion.share(truth, said).orElse(0);
    if (share == 0) {
      return "none";
    }
    double part = truth == said ? share : share / largestWrong();
    return (truth == said ? "right" : "wrong") + Math.max(1, Math.round(part * SHADES));
  }

  private double largestWrong() {
    return IntStream.range(0, confusion.classes())
        .boxed()
        .flatMapToDouble(
            t ->
                IntStream.range(0, confusion.classes())
                    .filter(s -> s != t)
                    .mapToDouble(s -> confusion.share(t, s).orElse(0)))
        .max()
        .orElse(1);
  }

  private void pairs() {
    List<Pair> pairs = confusion.mostConfused(PAIRS);
    if (pairs.isEmpty()) {
      out.text("p", "No class is taken for another.");
      return;
    }
    String told =
        "Of %s classes no matrix could be read; these are the %s pairs that are confused most"
            + " often.";
    out.text(
        "p",
        told.formatted(Html.count(confusion.classes()), Html.count(pairs.size())),
        "class",
        "soft");
    out.open("div", "class", "wide").open("table", "class", "numbers", "id", "pairs");
    out.open("thead");
    Html.row(out, "th", "true class", "taken for", "examples", "of the true class");
    out.close().open("tbody");
    for (Pair p : pairs) {
      Html.row(
          out,
          "td",
          labels.name(p.truth()),
          labels.name(p.predicted()),
          Html.count(p.count()),
          Html.percent(confusion.share(p.truth(), p.predicted())));
    }
    out.close().close().close();
  }

  private void classes() {
    List<Integer> shown = IntStream.range(0, confusion.classes()).boxed().toList();
    String told =
        "Precision is the share of answers that are right, recall the share of examples that are"
            + " found, F1 their harmonic mean.";
    if (shown.size() > CLASSES) {
      shown =
          shown.stream()
              .filter(c -> confusion.f1(c).isPresent())
              .sorted(Comparator.comparing(c -> confusion.f1(c).getAsDouble()))
              .limit(CLASSES)
              .toList();
      told += " These are the " + shown.size() + " classes with the lowest F1.";
    }
    out.text("p", told, "class", "soft");
    out.open("div", "class", "wide").open("table", "class", "numbers");
    out.open("thead");
    Html.row(out, "th", "class", "examples", "answers", "right", "precision", "recall", "F1");
    out.close().open("tbody");
    for (int c : shown) {
      Html.row(
          out,
          "td",
          labels.name(c),
          Html.count(confusion.support(c)),
          Html.count(confusion.predicted(c)),
          Html.count(confusion.count(c, c)),
          Html.percent(confusion.precision(c)),
          Html.percent(confusion.recall(c)),
          Html.percent(confusion.f1(c)));
    }
    out.close().close().close();
  }
}
