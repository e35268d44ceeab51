package dev.ballast.tensor;

/** Operands whose types do not fit the op; the message names the op, the types and the node. */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public ShapeException(String message) {
    super(message);
  }

  /** The same complaint with the place in the graph where it arose. */
  public ShapeException at(String place) {
    ShapeException e = new ShapeException(getMessage() + " at " + place);
    e.setStackTrace(getStackTrace());
    return e;
  }
}
