package dev.ballast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * What a classifier says of an image, or a row of a table.
 *
 * @param subject what it is said of
 * @param probabilities by class, the most probable first
 * @param explanation where the probability's gradient is drawn, if it is
 */
record Prediction(
    String subject, SequencedMap<String, Double> probabilities, Optional<Explanation> explanation) {
  private static final int BAR = 40;

  /**
   * A picture of the sensitivity to each pixel.
   *
   * @param largest the largest |∂ŷ/∂x|, x as the network takes it
   */
  record Explanation(Path drawing, double largest) {}

  /**
   * @param outputs a probability for each class or, of two classes, that of the second alone
   */
  static Prediction of(String subject, double[] outputs, List<String> classes) {
    boolean second = outputs.length == 1 && classes.size() != 1;
    double[] p = second ? new double[] {1 - outputs[0], outputs[0]} : outputs;
    SequencedMap<String, Double> byClass = new LinkedHashMap<>();
    IntStream.range(0, p.length)
        .boxed()
        .sorted(Comparator.comparing(i -> -p[i]))
        .forEach(i -> byClass.put(i < classes.size() ? classes.get(i) : "class " + i, p[i]));
    return new Prediction(subject, byClass, Optional.empty());
  }

  Prediction explained(Path drawing, double[] sensitivity) {
    double largest = Arrays.stream(sensitivity).max().orElse(0);
    return new Prediction(subject, probabilities, Optional.of(new Explanation(drawing, largest)));
  }

  String label() {
    return probabilities.firstEntry().getKey();
  }

  /**
   * @param kind what the subject is: an image or a row
   */
  Map<String, Object> json(String kind) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(kind, subject);
    json.put("class", label());
    json.put("probabilities", probabilities);
    explanation.ifPresent(
        e -> {
          json.put("explanation", e.drawing.toString());
          json.put("largestGradient", e.largest);
        });
    return json;
  }

  String text() {
    List<String> lines = new ArrayList<>(List.of(subject + ": " + label()));
    probabilities.forEach((name, p) -> lines.add(line(name, p)));
    explanation.ifPresent(
        e ->
            lines.add(
                String.format(Locale.ROOT, "  %s: |∂ŷ/∂x|, at most %.3g", e.drawing, e.largest)));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  /** In one line. */
  String shortText() {
    return String.format(
        Locale.ROOT, "%s: %s  %.3f %%", subject, label(), 100 * probabilities.get(label()));
  }

  /** A network that ends without sigmoid may say less than 0 or more than 1. */
  private static String line(String name, double p) {
    String bar = "█".repeat((int) Math.round(BAR * Math.clamp(p, 0, 1)));
    return String.format(Locale.ROOT, "  %-12s %7.3f %%  %s", name, 100 * p, bar);
  }
}
