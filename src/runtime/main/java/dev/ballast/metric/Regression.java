package dev.ballast.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How far predicted numbers are from the true ones.
 *
 * @param meanAbsoluteError over all numbers
 * @param rootMeanSquaredError over all numbers
 * @param rSquared of each output, 1 − Σ(y−ŷ)² / Σ(y−ȳ)²: 1 for a perfect one, 0 for the mean of the
 *     targets; empty where the targets are all the same
 */
public record Regression(
    double meanAbsoluteError, double rootMeanSquaredError, List<OptionalDouble> rSquared)
    implements Metrics {
  public Regression {
    rSquared = List.copyOf(rSquared);
  }

  /**
   * @param predicted [examples, outputs] in rows, of at least one example
   * @param truth of the same shape
   */
  public static Regression of(float[] predicted, float[] truth, int outputs) {
    if (predicted.length != truth.length || truth.length == 0) {
      throw new IllegalArgumentException(
          predicted.length + " predictions do not fit " + truth.length + " targets");
    }
    double absolute = 0;
    double squared = 0;
    for (int i = 0; i < truth.length; i++) {
      double d = (double) predicted[i] - truth[i];
      absolute += Math.abs(d);
      squared += d * d;
    }
    List<OptionalDouble> rSquared = new ArrayList<>();
    for (int o = 0; o < outputs; o++) {
      rSquared.add(rSquared(predicted, truth, o, outputs));
    }
    return new Regression(absolute / truth.length, Math.sqrt(squared / truth.length), rSquared);
  }

  private static OptionalDouble rSquared(float[] predicted, float[] truth, int from, int stride) {
    double sum = 0;
    for (int i = from; i < truth.length; i += stride) {
      sum += truth[i];
    }
    double mean = sum * stride / truth.length;
    double residual = 0;
    double total = 0;
    boolean varies = false;
    for (int i = from; i < truth.length; i += stride) {
      residual += square((double) truth[i] - predicted[i]);
      total += square(truth[i] - mean);
      varies |= truth[i] != truth[from];
    }
    return varies ? OptionalDouble.of(1 - residual / total) : OptionalDouble.empty();
  }

  private static double square(double d) {
    return d * d;
  }

  /** The mean over the outputs that have one. */
  public OptionalDouble meanRSquared() {
    return Metrics.mean(rSquared);
  }

  @Override
  public List<String> undefined() {
    List<String> sentences = new ArrayList<>();
    for (int o = 0; o < rSquared.size(); o++) {
      if (rSquared.get(o).isEmpty()) {
        sentences.add("output " + o + " has no R²: its targets are all the same");
      }
    }
    return List.copyOf(sentences);
  }
}
