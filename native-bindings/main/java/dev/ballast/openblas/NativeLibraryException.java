package dev.ballast.openblas;

import java.util.List;
import java.util.stream.Collectors;

/** No usable OpenBLAS was found. The message lists every path tried, why, and the next step. */
public final class NativeLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // Not serialized: in another process these paths would mean nothing. The message stays.
  private final transient List<Attempt> attempts;

  NativeLibraryException(List<Attempt> attempts, String nextStep) {
    this(
        attempts.stream()
            .map(attempt -> "\n  " + attempt)
            .collect(
                Collectors.joining("", "OpenBLAS could not be loaded. Tried:", "\n" + nextStep)),
        List.copyOf(attempts));
  }

  private NativeLibraryException(String message, List<Attempt> attempts) {
    super(message);
    this.attempts = attempts;
  }

  /** The same failure with the stack of the present caller. */
  NativeLibraryException again() {
    return new NativeLibraryException(getMessage(), attempts);
  }

  /** Every library tried and the reason it was not used, in the order of the tries. */
  public List<Attempt> attempts() {
    return attempts == null ? List.of() : attempts;
  }
}
