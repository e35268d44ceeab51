package dev.ballast.bench;

import java.util.Arrays;

/**
 * One variant's samples in the order they were taken: sample i of each variant comes from round i,
 * so two variants can be compared round by round.
 *
 * @param values nanoseconds a run, or what was computed of them
 */
public record Samples(String name, double[] values) {
  /** Above this spread the machine was too busy with other things to tell. */
  public static final double NOISY = 0.15;

  public Samples {
    if (values.length == 0) {
      throw new IllegalArgumentException(name + ": there are no samples");
    }
    values = values.clone();
  }

  public double median() {
    return quantile(0.5);
  }

  /** Half of all samples lie within this much of each other, as a share of the median. */
  public double spread() {
    double median = median();
    return median == 0 ? 0 : (quantile(0.75) - quantile(0.25)) / median;
  }

  public boolean isNoisy() {
    return spread() > NOISY;
  }

  /**
   * This over another, round by round. What slows the machine down for a while slows both, so the
   * ratios spread less than the times do.
   */
  public Samples over(Samples other) {
    if (values.length != other.values.length) {
      throw new IllegalArgumentException(name + " and " + other.name + " are of different rounds");
    }
    double[] ratios = new double[values.length];
    Arrays.setAll(ratios, i -> values[i] / other.values[i]);
    return new Samples(name + " / " + other.name, ratios);
  }

  /** Between two samples the value is interpolated, as NumPy does. */
  private double quantile(double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
