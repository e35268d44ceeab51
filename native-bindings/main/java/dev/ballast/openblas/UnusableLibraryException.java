package dev.ballast.openblas;

/** Why one candidate will not do; becomes the reason of an {@link Attempt}. */
final class UnusableLibraryException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableLibraryException(String reason) {
    super(reason);
  }
}
