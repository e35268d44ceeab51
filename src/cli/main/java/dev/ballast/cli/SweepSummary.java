package dev.ballast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Trainings side by side; where they differ in their seed, its mean and deviation as well. */
final class SweepSummary {
  private static final String SEED = "seed";
  private static final String ACCURACY = "testAccuracy";
  private static final String LOSS = "testLoss";
  private static final List<String> TOLD =
      List.of(
          ACCURACY, LOSS, "validationAccuracy", "validationLoss", "bestEpoch", "trainingSeconds");

  private final List<String> keys;
  private final List<Training> trainings = new ArrayList<>();

  /**
   * @param report nothing where training diverged
   */
  private record Training(Map<String, String> values, Optional<Report> report) {
    Optional<Number> figure(String key) {
      return report.map(r -> r.values().get(key)).map(Number.class::cast);
    }
  }

  SweepSummary(List<String> keys) {
    this.keys = keys;
  }

  int size() {
    return trainings.size();
  }

  void add(Map<String, String> values, Report report) {
    trainings.add(new Training(values, Optional.of(report)));
  }

  void addDiverged(Map<String, String> values) {
    trainings.add(new Training(values, Optional.empty()));
  }

  void print(PrintWriter out, Report.Format format) {
    if (format.isJson()) {
      Report.printAll(out, trainings.stream().map(SweepSummary::json).toList());
      return;
    }
    List<String> columns =
        TOLD.stream()
            .filter(c -> trainings.stream().anyMatch(t -> t.figure(c).isPresent()))
            .toList();
    List<String> head = new ArrayList<>(keys);
    head.addAll(columns);
    out.println(row(head));
    for (Training t : trainings) {
      List<String> cells = new ArrayList<>(keys.stream().map(t.values::get).toList());
      columns.forEach(c -> cells.add(t.figure(c).map(SweepSummary::text).orElse("diverged")));
      out.println(row(cells));
    }
    if (keys.contains(SEED)) {
      overSeeds(out);
    }
    out.flush();
  }

  private static Report json(Training t) {
    Report r = new Report().put("settings", t.values).put("diverged", t.report.isEmpty());
    t.report.ifPresent(own -> own.values().forEach(r::put));
    return r;
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(c -> String.format(Locale.ROOT, "%-20s", c))
        .collect(Collectors.joining())
        .stripTrailing();
  }

  private static String text(Number n) {
    return n instanceof Integer || n instanceof Long
        ? n.toString()
        : String.format(Locale.ROOT, "%.4f", n.doubleValue());
  }

  /** Of trainings that differ in their seed alone: mean and sample deviation. */
  private void overSeeds(PrintWriter out) {
    Map<Map<String, String>, List<Double>> groups = new LinkedHashMap<>();
    String figure =
        trainings.stream().anyMatch(t -> t.figure(ACCURACY).isPresent()) ? ACCURACY : LOSS;
    for (Training t : trainings) {
      Map<String, String> others = new LinkedHashMap<>(t.values);
      others.remove(SEED);
      List<Double> figures = groups.computeIfAbsent(others, k -> new ArrayList<>());
      t.figure(figure).ifPresent(n -> figures.add(n.doubleValue()));
    }
    groups.values().removeIf(figures -> figures.size() < 2);
    groups.forEach(
        (others, figures) ->
            out.printf(
                Locale.ROOT,
                "%s over %d seeds%s: %.4f ± %.4f%n",
                figure,
                figures.size(),
                others.isEmpty() ? "" : " with " + others,
                mean(figures),
                deviation(figures)));
  }

  private static double mean(List<Double> figures) {
    return figures.stream().mapToDouble(d -> d).average().orElse(Double.NaN);
  }

  private static double deviation(List<Double> figures) {
    double mean = mean(figures);
    double squares = figures.stream().mapToDouble(d -> (d - mean) * (d - mean)).sum();
    return Math.sqrt(squares / (figures.size() - 1));
  }
}
