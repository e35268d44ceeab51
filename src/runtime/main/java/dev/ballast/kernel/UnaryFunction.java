package dev.ballast.kernel;

/**
 * Functions of one number. {@link #apply} is the reference, in double.
 *
 * <p>Sine, cosine and power are {@link Math}'s, because {@link StrictMath}'s allocate arrays;
 * HotSpot computes them by the same stub in all its tiers, so the bits do not depend on compilation
 * either.
 */
public enum UnaryFunction {
  NEG,
  ABS,
  SQRT,
  EXP,
  LOG,
  SIN,
  COS,
  SIGMOID,
  TANH,
  RELU,
  SOFTPLUS,
  ERF,
  GELU;

  public double apply(double x) {
    return switch (this) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SQRT -> Math.sqrt(x);
      case EXP -> StrictMath.exp(x);
      case LOG -> StrictMath.log(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case SIGMOID -> sigmoid(x);
      case TANH -> StrictMath.tanh(x);
      case RELU -> Math.max(x, 0.0);
      case SOFTPLUS -> Math.max(x, 0.0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
      case ERF -> Erf.erf(x);
      case GELU -> gelu(x);
    };
  }

  /** Takes the exponential of a negative number only, so that it can't overflow. */
  private static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return x >= 0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
  }

  /** x·Φ(x) = max(x, 0) − |x|·Φ(−|x|): 1 + erf would lose all digits in the lower tail. */
  private static double gelu(double x) {
    double a = Math.min(Math.abs(x), 40);
    return Math.max(x, 0.0) - 0.5 * a * Erf.erfc(a * Math.sqrt(0.5));
  }
}
