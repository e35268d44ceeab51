package dev.ballast.memory;

import java.util.EnumMap;
import java.util.Map;

/**
 * The account of what this process's models, sessions and data take off the heap, and the limit on
 * it. Everything is asked for here before it is taken.
 */
public final class OffHeap {
  private static final Object LOCK = new Object();
  private static final EnumMap<Kind, Long> TAKEN = new EnumMap<>(Kind.class);
  private static long limit = Long.MAX_VALUE;

  private OffHeap() {}

  /**
   * An arena for any thread whose bytes are on the account.
   *
   * @param what it is for, as an error shall name it
   */
  public static AccountedArena arena(Kind kind, String what) {
    return new AccountedArena(kind, what);
  }

  static void take(Kind kind, long bytes, String what) {
    if (bytes < 0) {
      throw new IllegalArgumentException(what + ": " + bytes + " bytes were asked for");
    }
    synchronized (LOCK) {
      long left = limit - total();
      if (bytes > left) {
        throw new OffHeapLimitException(
            String.format(
                "%s needs %,d bytes off the heap; of the limit of %,d there are %,d left, and taken"
                    + " are %s: close what is no longer used, or raise the limit (Ballast.limit)",
                what, bytes, limit, Math.max(0, left), TAKEN),
            bytes,
            Math.max(0, left));
      }
      TAKEN.merge(kind, bytes, Long::sum);
    }
  }

  static void giveBack(Kind kind, long bytes) {
    synchronized (LOCK) {
      TAKEN.merge(kind, -bytes, Long::sum);
    }
  }

  private static long total() {
    return TAKEN.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Refuses from now on what would bring the total beyond it. What is taken already stays.
   *
   * @return the limit before
   */
  public static long limit(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a limit of " + bytes + " bytes");
    }
    synchronized (LOCK) {
      long before = limit;
      limit = bytes;
      return before;
    }
  }

  /** Bytes taken, by kind. */
  public static Map<Kind, Long> taken() {
    synchronized (LOCK) {
      EnumMap<Kind, Long> all = new EnumMap<>(Kind.class);
      for (Kind k : Kind.values()) {
        all.put(k, TAKEN.getOrDefault(k, 0L));
      }
      return all;
    }
  }
}
