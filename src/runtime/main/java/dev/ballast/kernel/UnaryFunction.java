package dev.ballast.kernel;

/** Functions of one number. {@link #apply} is the reference, in double. */
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
      case SIN -> StrictMath.sin(x);
      case COS -> StrictMath.cos(x);
      case SIGMOID -> sigmoid(x);
      case TANH -> StrictMath.tanh(x);
      case RELU -> Math.max(x, 0.0);
      case SOFTPLUS -> Math.max(x, 0.0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
      case ERF -> Erf.erf(x);
      case GELU -> 0.5 * x * (1.0 + Erf.erf(x * Math.sqrt(0.5)));
    };
  }

  /** Takes the exponential of a negative number only, so that it can't overflow. */
  private static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return x >= 0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
  }
}
