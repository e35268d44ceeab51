package dev.ballast.cli.report;

import dev.ballast.metric.Regression;
import java.util.stream.IntStream;

/** What a model says of one number, beside what it is, for each example. */
public record Estimates(float[] truth, float[] said) {
  public int examples() {
    return truth.length;
  }

  /** Said minus true. */
  public double residual(int i) {
    return (double) said[i] - truth[i];
  }

  public double meanResidual() {
    return IntStream.range(0, examples()).mapToDouble(this::residual).average().orElse(0);
  }

  public Regression errors() {
    return Regression.of(said, truth, 1);
  }
}
