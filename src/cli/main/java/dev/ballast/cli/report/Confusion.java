package dev.ballast.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** How often a classifier took one class for another. */
public final class Confusion {
  private final List<String> names;
  private final int[][] counts;

  /**
   * @param names of the classes, as many of them as have one
   */
  Confusion(List<String> names, int classes) {
    this.names =
        IntStream.range(0, classes)
            .mapToObj(i -> i < names.size() ? names.get(i) : "class " + i)
            .toList();
    this.counts = new int[classes][classes];
  }

  /** Examples of one class that were taken for another. */
  public record Pair(int truth, int said, int count) {}

  void add(int truth, int said) {
    counts[truth][said]++;
  }

  public int classes() {
    return counts.length;
  }

  public String name(int c) {
    return names.get(c);
  }

  /** Examples of {@code truth} that the model says are {@code said}. */
  public int count(int truth, int said) {
    return counts[truth][said];
  }

  /** Examples that are of the class. */
  public int truths(int c) {
    return IntStream.of(counts[c]).sum();
  }

  /** Examples that the model says are of the class. */
  public int answers(int c) {
    return IntStream.range(0, classes()).map(t -> counts[t][c]).sum();
  }

  public int examples() {
    return IntStream.range(0, classes()).map(this::truths).sum();
  }

  public int right() {
    return IntStream.range(0, classes()).map(c -> counts[c][c]).sum();
  }

  /** Of those of class {@code truth}, the share that the model says are {@code said}. */
  public OptionalDouble share(int truth, int said) {
    return ratio(counts[truth][said], truths(truth));
  }

  /** The share of answers "c" that are right. */
  public OptionalDouble precision(int c) {
    return ratio(counts[c][c], answers(c));
  }

  /** The share of examples of class c that are found. */
  public OptionalDouble recall(int c) {
    return ratio(counts[c][c], truths(c));
  }

  /** The harmonic mean of precision and recall: 2 · right / (truths + answers). */
  public OptionalDouble f1(int c) {
    return ratio(2L * counts[c][c], (long) truths(c) + answers(c));
  }

  /** The pairs of two classes that were confused, the most frequent first. */
  public List<Pair> mostConfused(int limit) {
    List<Pair> pairs = new ArrayList<>();
    for (int t = 0; t < classes(); t++) {
      for (int s = 0; s < classes(); s++) {
        if (t != s && counts[t][s] > 0) {
          pairs.add(new Pair(t, s, counts[t][s]));
        }
      }
    }
    pairs.sort(Comparator.comparing(Pair::count).reversed());
    return List.copyOf(pairs.subList(0, Math.min(limit, pairs.size())));
  }

  private static OptionalDouble ratio(long part, long whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }
}
