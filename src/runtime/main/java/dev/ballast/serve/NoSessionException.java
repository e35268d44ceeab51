package dev.ballast.serve;

/** No session of a pool was free: in time, or at all. The service is asked for more than it can. */
public final class NoSessionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NoSessionException(String message) {
    super(message);
  }
}
