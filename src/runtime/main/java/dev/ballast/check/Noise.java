package dev.ballast.check;

import java.util.function.DoubleUnaryOperator;

/**
 * How much of a computed number is rounding: ECnoise of Moré and Wild, "Estimating computational
 * noise" (SIAM J. Sci. Comput. 33, 2011). Along evenly spaced points a smooth function has high
 * differences near zero, noise has not: with noise of deviation σ the k-th differences have the
 * variance σ² (2k)! / (k!)².
 */
final class Noise {
  private static final int POINTS = 9;

  /** Far below any step that is used for differences, far above one unit in the last place. */
  private static final double SPACING = 1e-13;

  private Noise() {}

  /**
   * The deviation σ of the rounding errors of f near 0; one rounding of its value at least.
   *
   * @param f of a displacement, relative to the size of what is displaced
   */
  static double deviation(DoubleUnaryOperator f) {
    double[] d = new double[POINTS];
    double size = 0;
    for (int i = 0; i < POINTS; i++) {
      d[i] = f.applyAsDouble((i - POINTS / 2) * SPACING);
      size = Math.max(size, Math.abs(d[i]));
    }
    double sigma = Math.ulp(size) / 2;
    double scale = 1;
    for (int k = 1; k < POINTS; k++) {
      double squares = 0;
      for (int i = 0; i < POINTS - k; i++) {
        d[i] = d[i + 1] - d[i];
        squares += d[i] * d[i];
      }
      scale *= k / (2.0 * (2 * k - 1));
      if (k >= POINTS / 2) {
        sigma = Math.max(sigma, Math.sqrt(scale * squares / (POINTS - k)));
      }
    }
    return sigma;
  }
}
