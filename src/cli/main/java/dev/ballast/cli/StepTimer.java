package dev.ballast.cli;

import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.Session;
import java.util.Arrays;
import java.util.Random;

/**
 * What recomputation costs in time: runs of two plans of one graph in turn, so that whatever else
 * the machine does meets both. Of many runs the median is told. Contents are small random numbers.
 */
final class StepTimer {
  private static final int ROUNDS = 31;
  private static final long WARM_UP_NANOS = 1_000_000_000L;
  private static final long MOST_NANOS = 20_000_000_000L;

  /** Microseconds of a run. */
  record Times(double plain, double budgeted) {
    double ratio() {
      return budgeted / plain;
    }
  }

  private StepTimer() {}

  static Times compare(Plan plain, Plan budgeted) {
    try (Session a = Session.open(plain);
        Session b = Session.open(budgeted)) {
      fill(a);
      fill(b);
      long start = System.nanoTime();
      do {
        a.run();
        b.run();
      } while (System.nanoTime() - start < WARM_UP_NANOS);
      double[] first = new double[ROUNDS];
      double[] second = new double[ROUNDS];
      int done = 0;
      start = System.nanoTime();
      while (done < ROUNDS && (done == 0 || System.nanoTime() - start < MOST_NANOS)) {
        first[done] = micros(a);
        second[done] = micros(b);
        done++;
      }
      return new Times(median(first, done), median(second, done));
    }
  }

  private static double micros(Session s) {
    long start = System.nanoTime();
    s.run();
    return (System.nanoTime() - start) / 1e3;
  }

  private static double median(double[] times, int count) {
    double[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    return sorted[count / 2];
  }

  private static void fill(Session s) {
    Random random = new Random(0);
    s.plan().graph().inputs().forEach(v -> fill(s.input(v.name()), v, random));
    s.plan().graph().parameters().forEach(v -> fill(s.parameter(v.name()), v, random));
  }

  private static void fill(Slice slice, Value v, Random random) {
    for (long i = 0; v.type().dtype().isFloating() && i < v.type().elements(); i++) {
      slice.set(i, 0.1 * random.nextDouble() - 0.05);
    }
  }
}
