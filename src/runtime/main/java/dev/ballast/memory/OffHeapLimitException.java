package dev.ballast.memory;

/** More memory off the heap was asked for than the limit leaves. Nothing was taken. */
public final class OffHeapLimitException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long asked;
  private final long left;

  OffHeapLimitException(String message, long asked, long left) {
    super(message);
    this.asked = asked;
    this.left = left;
  }

  /** Bytes that were asked for. */
  public long asked() {
    return asked;
  }

  /** Bytes that the limit left. */
  public long left() {
    return left;
  }
}
