package dev.ballast.tensor;

/** A plan that can't be made, or one that fails its verification. */
public final class PlanException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  public PlanException(String message) {
    super(message);
  }
}
