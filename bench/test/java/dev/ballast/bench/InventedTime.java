package dev.ballast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** A clock that only work moves on, and a diary of who worked. */
final class InventedTime {
  private long now = 1_000;
  private final List<String> diary = new ArrayList<>();

  long now() {
    return now;
  }

  List<String> diary() {
    return diary;
  }

  /**
   * Work that lasts as long as is said.
   *
   * @param nanos by the time at which it begins
   */
  Variant variant(String name, LongUnaryOperator nanos) {
    return new Variant(
        name,
        () -> {
          diary.add(name);
          now += nanos.applyAsLong(now);
        });
  }
}
