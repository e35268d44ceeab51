package dev.ballast.memory;

import java.util.Map;

/**
 * The account of what this process's models, sessions and data take off the heap, and the limit on
 * it. Everything is asked for here before it is taken.
 */
public final class OffHeap {
  private static final Account OF_PROCESS = new Account();

  private OffHeap() {}

  /**
   * An arena for any thread whose bytes are on the account.
   *
   * @param what it is for, as an error shall name it
   */
  public static AccountedArena arena(Kind kind, String what) {
    return new AccountedArena(OF_PROCESS, kind, what);
  }

  /**
   * Refuses from now on what would bring the total beyond it. What is taken already stays.
   *
   * @return the limit before
   */
  public static long limit(long bytes) {
    return OF_PROCESS.limit(bytes);
  }

  /** The limit; {@link Long#MAX_VALUE} where there is none. */
  public static long limit() {
    return OF_PROCESS.limit();
  }

  /** Bytes taken, by kind. */
  public static Map<Kind, Long> taken() {
    return OF_PROCESS.taken();
  }
}
