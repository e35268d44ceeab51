package dev.ballast.memory;

import java.util.EnumMap;
import java.util.Map;

/** Bytes taken, by kind, and a limit that they never go beyond. */
final class Account {
  private final EnumMap<Kind, Long> taken = new EnumMap<>(Kind.class);
  private long limit = Long.MAX_VALUE;

  synchronized void take(Kind kind, long bytes, String what) {
    if (bytes < 0) {
      throw new IllegalArgumentException(what + ": " + bytes + " bytes were asked for");
    }
    long left = limit - total();
    if (bytes > left) {
      throw new OffHeapLimitException(
          String.format(
              "%s needs %,d bytes off the heap; of the limit of %,d there are %,d left, and taken"
                  + " are %s: close what is no longer used, or raise the limit (Ballast.limit)",
              what, bytes, limit, Math.max(0, left), taken),
          bytes,
          Math.max(0, left));
    }
    taken.merge(kind, bytes, Long::sum);
  }

  synchronized void giveBack(Kind kind, long bytes) {
    taken.merge(kind, -bytes, Long::sum);
  }

  private long total() {
    return taken.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Sets the limit; what is taken already stays. Returns the one before. */
  synchronized long limit(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a limit of " + bytes + " bytes");
    }
    long before = limit;
    limit = bytes;
    return before;
  }

  synchronized long limit() {
    return limit;
  }

  synchronized Map<Kind, Long> taken() {
    EnumMap<Kind, Long> all = new EnumMap<>(Kind.class);
    for (Kind k : Kind.values()) {
      all.put(k, taken.getOrDefault(k, 0L));
    }
    return all;
  }
}
