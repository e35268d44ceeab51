package dev.ballast.example;

/** Why a request is not answered: a status of HTTP, and what its sender reads. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int BAD_REQUEST = 400;
  static final int NOT_FOUND = 404;
  static final int CONFLICT = 409;
  static final int TOO_LARGE = 413;
  static final int UNSUPPORTED_TYPE = 415;
  static final int UNPROCESSABLE = 422;
  static final int TOO_MANY = 429;
  static final int FAILED = 500;
  static final int UNAVAILABLE = 503;

  private final int status;

  Problem(int status, String message) {
    super(message);
    this.status = status;
  }

  static Problem badRequest(String message) {
    return new Problem(BAD_REQUEST, message);
  }

  int status() {
    return status;
  }

  /** Whether the same request may do later. */
  boolean mayPass() {
    return status == TOO_MANY || status == UNAVAILABLE;
  }
}
