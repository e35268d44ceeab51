package dev.ballast.runtime;

/** A result that is NaN or infinite though none of its op's inputs was. */
public final class AnomalyException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  AnomalyException(String message) {
    super(message);
  }
}
