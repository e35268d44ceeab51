package dev.ballast.kernel;

/**
 * The error function in double, by its Maclaurin series near zero (DLMF 7.6.2) and the continued
 * fraction of erfc farther out (DLMF 7.9.3, evaluated by Lentz's method).
 */
final class Erf {
  private static final double SERIES_BELOW = 2.5;
  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
  private static final double ONE_OVER_SQRT_PI = 0.5641895835477563;

  private Erf() {}

  static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (a < SERIES_BELOW) {
      return series(x);
    }
    return Math.copySign(a > 6 ? 1.0 : 1.0 - erfcByFraction(a), x);
  }

  /** 1 − erf x for x not below 0, to full relative accuracy from 2.5 on. */
  static double erfc(double x) {
    return x < SERIES_BELOW || Double.isNaN(x) ? 1.0 - erf(x) : erfcByFraction(x);
  }

  /** erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms of one sign. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * StrictMath.exp(-x * x) * sum;
  }

  /** erfc x = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))). */
  private static double erfcByFraction(double x) {
    double fraction = x;
    for (int n = 60; n >= 1; n--) {
      fraction = x + 0.5 * n / fraction;
    }
    return ONE_OVER_SQRT_PI * StrictMath.exp(-x * x) / fraction;
  }
}
