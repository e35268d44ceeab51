package dev.ballast.cli.report;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToDoubleFunction;

/** Keeps the few of many that have the largest measure; of equals those that came first. */
final class Worst<T> {
  private final int limit;
  private final ToDoubleFunction<T> measure;
  private final Comparator<Entry<T>> order;
  private final PriorityQueue<Entry<T>> kept;
  private long seen;

  private record Entry<T>(double measure, long number, T value) {}

  Worst(int limit, ToDoubleFunction<T> measure) {
    this.limit = limit;
    this.measure = measure;
    Comparator<Entry<T>> byMeasure = Comparator.comparingDouble(Entry::measure);
    this.order = byMeasure.thenComparing(Entry::number, Comparator.reverseOrder());
    this.kept = new PriorityQueue<>(order);
  }

  void add(T value) {
    kept.add(new Entry<>(measure.applyAsDouble(value), seen++, value));
    if (kept.size() > limit) {
      kept.remove();
    }
  }

  /** The worst first. */
  List<T> list() {
    return kept.stream().sorted(order.reversed()).map(Entry::value).toList();
  }
}
