package dev.ballast.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often which class was taken for which. What has no value, as the precision of a class that
 * was never predicted, is empty; averages leave such classes out.
 */
public final class ConfusionMatrix {
  private final long[][] counts;

  private ConfusionMatrix(long[][] counts) {
    this.counts = counts;
  }

  /**
   * @param truth the label of each example
   * @param predicted the answer to each
   * @param classes labels and answers are in [0, classes)
   */
  public static ConfusionMatrix of(int[] truth, int[] predicted, int classes) {
    if (truth.length != predicted.length) {
      throw new IllegalArgumentException(
          truth.length + " labels do not fit " + predicted.length + " answers");
    }
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < truth.length; i++) {
      demandClass("label", truth[i], i, classes);
      demandClass("answer", predicted[i], i, classes);
      counts[truth[i]][predicted[i]]++;
    }
    return new ConfusionMatrix(counts);
  }

  private static void demandClass(String what, int label, int example, int classes) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          what + " " + label + " of example " + example + " is not in [0, " + classes + ")");
    }
  }

  public int classes() {
    return counts.length;
  }

  /** How many examples of one class were taken for another, or for itself. */
  public long count(int truth, int predicted) {
    return counts[truth][predicted];
  }

  /** A row for each true class, a column for each answer. */
  public List<List<Long>> rows() {
    List<List<Long>> rows = new ArrayList<>();
    for (long[] row : counts) {
      rows.add(Arrays.stream(row).boxed().toList());
    }
    return Collections.unmodifiableList(rows);
  }

  /** How many examples there are of a class. */
  public long support(int c) {
    return Arrays.stream(counts[c]).sum();
  }

  /** How often a class was the answer. */
  public long predicted(int c) {
    return Arrays.stream(counts).mapToLong(row -> row[c]).sum();
  }

  public long examples() {
    return allClasses().mapToLong(this::support).sum();
  }

  /** Examples that were taken for what they are. */
  public long right() {
    return allClasses().mapToLong(c -> counts[c][c]).sum();
  }

  private IntStream allClasses() {
    return IntStream.range(0, classes());
  }

  /** The share of right answers; empty where there is no example. */
  public OptionalDouble accuracy() {
    return ratio(right(), examples());
  }

  /** Of the answers that name a class, the share of right ones. */
  public OptionalDouble precision(int c) {
    return ratio(counts[c][c], predicted(c));
  }

  /** Of the examples of a class, the share that was found. */
  public OptionalDouble recall(int c) {
    return ratio(counts[c][c], support(c));
  }

  /** 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall where both have a value. */
  public OptionalDouble f1(int c) {
    return ratio(2 * counts[c][c], support(c) + predicted(c));
  }

  /**
   * Of the examples of class {@code truth}, the share that was taken for another, or for itself.
   */
  public OptionalDouble share(int truth, int predicted) {
    return ratio(counts[truth][predicted], support(truth));
  }

  /** Examples of one class that were taken for another. */
  public record Pair(int truth, int predicted, long count) {}

  /** The pairs of two classes that were confused, the most frequent first. */
  public List<Pair> mostConfused(int limit) {
    return allClasses()
        .boxed()
        .flatMap(t -> allClasses().mapToObj(p -> new Pair(t, p, counts[t][p])))
        .filter(p -> p.truth != p.predicted && p.count > 0)
        .sorted(Comparator.comparing(Pair::count).reversed())
        .limit(limit)
        .toList();
  }

  private static OptionalDouble ratio(long part, long whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }

  /** A score of each class. */
  @FunctionalInterface
  public interface OfClass {
    OptionalDouble of(int c);
  }

  /** The mean over the classes that have a value. */
  public OptionalDouble macro(OfClass score) {
    return average(score, c -> 1);
  }

  /** The same, each class weighted by its number of examples. */
  public OptionalDouble weighted(OfClass score) {
    return average(score, this::support);
  }

  /**
   * Precision, recall and F1 of all answers together: where each example has one label they are all
   * the share of right answers.
   */
  public OptionalDouble micro() {
    return accuracy();
  }

  private OptionalDouble average(OfClass score, IntToDoubleFunction weight) {
    double sum = 0;
    double weights = 0;
    for (int c = 0; c < classes(); c++) {
      OptionalDouble value = score.of(c);
      if (value.isPresent()) {
        sum += weight.applyAsDouble(c) * value.getAsDouble();
        weights += weight.applyAsDouble(c);
      }
    }
    return weights == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / weights);
  }
}
