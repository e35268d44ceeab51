package dev.ballast.kernel;

/** How many vector operations an operation takes, roughly: what a fused loop may grow to. */
public final class LaneCost {
  /** Of a loop: the optimizing compiler gives up on much longer ones. */
  public static final int MOST = 150;

  /**
   * Of those in a loop that wait for one another. A longer chain leaves the processor idle: it does
   * not look far enough ahead to begin with the next elements meanwhile.
   */
  public static final int LONGEST_CHAIN = 100;

  private LaneCost() {}

  public static int of(ScalarOp op) {
    return switch (op) {
      case EXP -> 25;
      case LOG -> 32;
      case SIGMOID -> 36;
      case TANH -> 42;
      case SOFTPLUS -> 68;
      case ERF -> 85;
      case GELU -> 90;
      case SELECT, LESS, LESS_EQUAL, EQUAL, RELU -> 2;
      default -> 1;
    };
  }

  public static int of(MapProgram program) {
    return program.steps().stream().mapToInt(s -> of(s.op())).sum();
  }
}
