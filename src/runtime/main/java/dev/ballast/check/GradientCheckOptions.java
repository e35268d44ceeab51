package dev.ballast.check;

/**
 * How to check.
 *
 * @param coordinates of each variable that are compared at most; which ones, where it has more, is
 *     drawn at random
 * @param tolerance largest relative error that passes: central differences in f64 are right to
 *     about ten digits, a gradient that is wrong is so in the first two or three
 * @param seed of that draw
 */
public record GradientCheckOptions(int coordinates, double tolerance, long seed) {
  public GradientCheckOptions {
    if (coordinates < 1) {
      throw new IllegalArgumentException(
          "gradient check: coordinates must be at least 1, not " + coordinates);
    }
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "gradient check: the tolerance must be between 0 and 1, not " + tolerance);
    }
  }

  /** 32 coordinates, a relative error of 10⁻⁶, seed 0. */
  public static GradientCheckOptions defaults() {
    return new GradientCheckOptions(32, 1e-6, 0);
  }

  public GradientCheckOptions withCoordinates(int most) {
    return new GradientCheckOptions(most, tolerance, seed);
  }

  public GradientCheckOptions withTolerance(double largest) {
    return new GradientCheckOptions(coordinates, largest, seed);
  }

  public GradientCheckOptions withSeed(long newSeed) {
    return new GradientCheckOptions(coordinates, tolerance, newSeed);
  }
}
