package dev.ballast.kernel;

/**
 * Functions of two numbers. {@link #apply} is the reference, in double. Comparisons give 1 or 0.
 */
public enum BinaryFunction {
  ADD,
  SUB,
  MUL,
  DIV,
  POW,
  MAX,
  MIN,
  LESS,
  LESS_EQUAL,
  EQUAL;

  public double apply(double a, double b) {
    return switch (this) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case POW -> Math.pow(a, b);
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  /** The same on integers, exactly; division truncates, as Java's does. */
  public long apply(long a, long b) {
    return switch (this) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case POW -> (long) Math.pow(a, b);
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }
}
