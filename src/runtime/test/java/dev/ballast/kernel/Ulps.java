package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Distances in the spacing of floats around the exact value. */
final class Ulps {
  private Ulps() {}

  static void assertWithin(double ulps, UnaryFunction f, float x, double exact, float actual) {
    double distance = between(exact, actual);
    assertTrue(
        distance <= ulps,
        () ->
            "%s(%s, %s) = %s, off by %.3f ulp from %s"
                .formatted(f, x, Float.toHexString(x), actual, distance, exact));
  }

  static double between(double exact, float actual) {
    float nearest = (float) exact;
    if (Float.compare(nearest, actual) == 0 || nearest == actual && Float.isInfinite(actual)) {
      return Float.isFinite(nearest) ? Math.abs(exact - actual) / spacing(exact) : 0;
    }
    if (Float.isNaN(nearest) || Float.isNaN(actual)) {
      return Double.POSITIVE_INFINITY;
    }
    double bounded = Math.clamp((double) actual, -0x1p128, 0x1p128);
    return Math.abs(exact - bounded) / spacing(exact);
  }

  private static double spacing(double exact) {
    double a = Math.min(Math.abs(exact), Float.MAX_VALUE);
    return a < Float.MIN_NORMAL ? Float.MIN_VALUE : Math.ulp((float) a);
  }
}
