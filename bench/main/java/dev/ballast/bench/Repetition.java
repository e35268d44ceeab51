package dev.ballast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * How often one thing is measured: often if it is quick, once if it alone takes the time there is.
 *
 * @param runs to measure, at most; as many warm up before, at most
 * @param seconds for all of them, about; after the first run none starts that would take longer
 */
record Repetition(int runs, double seconds) {
  /** Of the time, so much goes to warming up at most. */
  private static final double WARM_UP = 0.3;

  Repetition {
    if (runs < 1 || !(seconds > 0 && seconds <= 86_400)) {
      throw new IllegalArgumentException(
          "at least one run and more than 0 seconds, not " + runs + " and " + seconds);
    }
  }

  /** The last result, and the times of those runs that count. */
  record Measured<T>(T last, Samples samples) {
    double milliseconds() {
      return samples.median() / 1e6;
    }
  }

  /** A single run counts though it was cold. */
  <T> Measured<T> measure(String name, Supplier<T> task) {
    long begin = System.nanoTime();
    long all = (long) (seconds * 1e9);
    long start = begin;
    T last = task.get();
    long took = System.nanoTime() - start;
    List<Long> times = new ArrayList<>(List.of(took));
    for (int i = 1; i < runs && took < left(begin, (long) (all * WARM_UP)); i++) {
      start = System.nanoTime();
      last = task.get();
      took = System.nanoTime() - start;
    }
    for (int i = 0; i < runs && took < left(begin, all); i++) {
      if (i == 0) {
        times.clear();
      }
      start = System.nanoTime();
      last = task.get();
      took = System.nanoTime() - start;
      times.add(took);
    }
    double[] nanos = times.stream().mapToDouble(Long::doubleValue).toArray();
    return new Measured<>(last, new Samples(name, nanos));
  }

  private static long left(long begin, long all) {
    return all - (System.nanoTime() - begin);
  }
}
