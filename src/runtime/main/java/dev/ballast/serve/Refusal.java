package dev.ballast.serve;

/** Why a {@link SessionPool} lent no session: each comes with a {@link NoSessionException}. */
public enum Refusal {
  /** None was free, and the caller did not want to wait. */
  BUSY,
  /** None was given back before the caller's deadline. */
  TIMEOUT,
  /** As many wait already as may. */
  QUEUE_FULL,
  /** The caller was interrupted while it waited. */
  INTERRUPTED
}
