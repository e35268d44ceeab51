package dev.ballast.bench.peers;

import java.io.IOException;

/** A side did not do what it was asked to; the message says what happened. */
public final class SideFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** Whether it said itself that it can't run here, or has no such workload. */
  private final boolean missing;

  SideFailure(String message, boolean missing) {
    super(message);
    this.missing = missing;
  }

  public boolean isMissing() {
    return missing;
  }
}
