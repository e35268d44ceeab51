package dev.ballast.cli;

import dev.ballast.metric.Classification;
import dev.ballast.metric.ConfusionMatrix;
import dev.ballast.metric.Metrics;
import dev.ballast.metric.Regression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Metrics for a command to print: in JSON all of them, with null for what has no value; for people
 * the same numbers, and tables of what there is a lot of.
 *
 * @param classes their names, or empty
 */
record MetricsReport(Metrics metrics, List<String> classes) {
  private static final int MOST_CLASSES = 20;

  /** Adds single numbers and, for JSON, lists. */
  void put(Report r, boolean json) {
    switch (metrics) {
      case Classification c -> put(r, c);
      case Regression g -> {
        r.put("meanAbsoluteError", g.meanAbsoluteError());
        r.put("rootMeanSquaredError", g.rootMeanSquaredError());
        r.put("rSquared", orNull(g.meanRSquared()));
      }
    }
    if (json) {
      putLists(r);
    }
  }

  private static void put(Report r, Classification c) {
    ConfusionMatrix m = c.confusion();
    if (c.k() > 1 && c.k() < m.classes()) {
      r.put("top" + c.k() + "Accuracy", orNull(c.topK()));
    }
    r.put("macroPrecision", orNull(m.macro(m::precision)));
    r.put("macroRecall", orNull(m.macro(m::recall)));
    r.put("macroF1", orNull(m.macro(m::f1)));
    r.put("weightedPrecision", orNull(m.weighted(m::precision)));
    r.put("weightedRecall", orNull(m.weighted(m::recall)));
    r.put("weightedF1", orNull(m.weighted(m::f1)));
    r.put("microF1", orNull(m.micro()));
    r.put("rocAuc", orNull(c.meanRocAuc()));
  }

  private void putLists(Report r) {
    switch (metrics) {
      case Classification c -> {
        r.put(
            "perClass",
            IntStream.range(0, c.confusion().classes()).mapToObj(i -> row(c, i)).toList());
        r.put("confusionMatrix", c.confusion().rows());
      }
      case Regression g -> {
        List<Double> each = new ArrayList<>();
        g.rSquared().forEach(v -> each.add(orNull(v)));
        r.put("rSquaredOfOutputs", each);
      }
    }
    r.put("undefined", metrics.undefined());
  }

  private Map<String, Object> row(Classification c, int i) {
    ConfusionMatrix m = c.confusion();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("class", name(c, i));
    row.put("precision", orNull(m.precision(i)));
    row.put("recall", orNull(m.recall(i)));
    row.put("f1", orNull(m.f1(i)));
    row.put("rocAuc", orNull(auc(c, i)));
    row.put("examples", m.support(i));
    return row;
  }

  /** Of two classes told apart by one score, each has the area of the second. */
  private static OptionalDouble auc(Classification c, int i) {
    return c.rocAuc().get(Math.min(i, c.rocAuc().size() - 1));
  }

  /** Several answers for each example are all no or yes, whatever the classes are. */
  private String name(Classification c, int i) {
    if (classes.size() == c.confusion().classes()) {
      return classes.get(i);
    }
    boolean answers = c.rocAuc().size() < c.confusion().classes();
    return answers ? List.of("no", "yes").get(i) : "class " + i;
  }

  /** Of the classes, and of their confusion; then what has no value. */
  String tables() {
    StringBuilder s = new StringBuilder();
    if (metrics instanceof Classification c) {
      if (c.confusion().classes() > MOST_CLASSES) {
        s.append("\nscores and confusion of ")
            .append(c.confusion().classes())
            .append(" classes: with --json\n");
      } else {
        s.append('\n').append(scores(c)).append('\n').append(confusion(c));
      }
    }
    List<String> undefined = metrics.undefined();
    undefined.stream().limit(MOST_CLASSES).forEach(u -> s.append('\n').append(u));
    return undefined.isEmpty() ? s.toString() : s.append('\n').toString();
  }

  private String scores(Classification c) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < c.confusion().classes(); i++) {
      List<String> cells = new ArrayList<>();
      for (Object value : row(c, i).values()) {
        cells.add(cell(value));
      }
      rows.add(cells);
    }
    return aligned(List.of("class", "precision", "recall", "F1", "ROC AUC", "examples"), rows);
  }

  private static String cell(Object value) {
    return switch (value) {
      case null -> "–";
      case Double d -> String.format(Locale.ROOT, "%.4f", d);
      case Long n -> String.format(Locale.ROOT, "%,d", n);
      default -> value.toString();
    };
  }

  private String confusion(Classification c) {
    ConfusionMatrix m = c.confusion();
    List<String> head = new ArrayList<>(List.of("true \\ predicted"));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < m.classes(); i++) {
      head.add(name(c, i));
      List<String> row = new ArrayList<>(List.of(name(c, i)));
      m.rows().get(i).forEach(n -> row.add(cell(n)));
      rows.add(row);
    }
    return aligned(head, rows);
  }

  /** The first column to the left, the others to the right. */
  private static String aligned(List<String> head, List<List<String>> rows) {
    int[] widths = new int[head.size()];
    Arrays.setAll(
        widths,
        c ->
            Math.max(
                head.get(c).length(),
                rows.stream().mapToInt(r -> r.get(c).length()).max().orElse(0)));
    StringBuilder s = new StringBuilder();
    line(s, head, widths);
    rows.forEach(r -> line(s, r, widths));
    return s.toString();
  }

  private static void line(StringBuilder s, List<String> cells, int[] widths) {
    s.append(String.format("%-" + widths[0] + "s", cells.getFirst()));
    for (int c = 1; c < widths.length; c++) {
      s.append("  ").append(" ".repeat(widths[c] - cells.get(c).length())).append(cells.get(c));
    }
    s.append('\n');
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
