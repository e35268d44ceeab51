package dev.ballast.bench.service;

import java.util.Map;
import java.util.TreeMap;

/** How many answers had which status. */
final class Statuses {
  /** Stands for a connection that failed. */
  static final int FAILED = 0;

  private final Map<Integer, Long> counts = new TreeMap<>();

  synchronized void add(int status) {
    counts.merge(status, 1L, Long::sum);
  }

  synchronized Map<Integer, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** Answers that were not OK. */
  synchronized long bad() {
    return counts.entrySet().stream()
        .filter(e -> e.getKey() != Caller.OK)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
