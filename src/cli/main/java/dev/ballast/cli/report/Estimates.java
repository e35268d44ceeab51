package dev.ballast.cli.report;

import java.util.stream.IntStream;

/** What a model says of one number, beside what it is, for each example. */
public record Estimates(double[] truth, double[] said) {
  public int examples() {
    return truth.length;
  }

  /** Said minus true. */
  public double residual(int i) {
    return said[i] - truth[i];
  }

  public double meanResidual() {
    return IntStream.range(0, examples()).mapToDouble(this::residual).average().orElse(0);
  }

  public double rootMeanSquare() {
    return Math.sqrt(squares() / examples());
  }

  public double meanAbsolute() {
    return IntStream.range(0, examples())
        .mapToDouble(i -> Math.abs(residual(i)))
        .average()
        .orElse(0);
  }

  /** R² = 1 − Σ(said − true)² / Σ(true − mean)²; no number where all are the same. */
  public double determination() {
    double mean = IntStream.range(0, examples()).mapToDouble(i -> truth[i]).average().orElse(0);
    double spread =
        IntStream.range(0, examples())
            .mapToDouble(i -> (truth[i] - mean) * (truth[i] - mean))
            .sum();
    return spread == 0 ? Double.NaN : 1 - squares() / spread;
  }

  private double squares() {
    return IntStream.range(0, examples()).mapToDouble(i -> residual(i) * residual(i)).sum();
  }
}
