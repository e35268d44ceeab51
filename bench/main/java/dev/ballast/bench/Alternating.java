package dev.ballast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures variants in turn, A B C A B C, so that whatever changes on the machine meanwhile (clock
 * rate, temperature, neighbours) befalls all of them. Warms up in the same turns until times are
 * steady, for a fifth to a half of the time.
 *
 * <pre>{@code
 * List<Samples> s = Alternating.measure(List.of(a, b), Budget.ofSeconds(5));
 * System.out.println(s.getFirst().over(s.getLast()).median());
 * }</pre>
 */
final class Alternating {
  /** Two looks at the warm-up that differ by less than this say that it is over. */
  private static final double STEADY = 0.02;

  /** Rounds in one such look. */
  private static final int LOOK = 5;

  /** So many looks in a row. */
  private static final int STEADY_LOOKS = 3;

  private final List<Variant> variants;
  private final Budget budget;
  private final LongSupplier clock;
  private final long[] runs;

  private Alternating(List<Variant> variants, Budget budget, LongSupplier clock) {
    this.variants = variants;
    this.budget = budget;
    this.clock = clock;
    this.runs = new long[variants.size()];
  }

  static List<Samples> measure(List<Variant> variants, Budget budget) {
    return measure(variants, budget, System::nanoTime);
  }

  /**
   * @param clock nanoseconds
   */
  static List<Samples> measure(List<Variant> variants, Budget budget, LongSupplier clock) {
    return new Alternating(List.copyOf(variants), budget, clock).measure();
  }

  private List<Samples> measure() {
    long start = clock.getAsLong();
    long nanos = (long) (budget.seconds() * 1e9);
    for (int i = 0; i < runs.length; i++) {
      runs[i] = 1;
    }
    warmUp(
        start + (long) (nanos * Budget.LEAST_WARM_UP),
        start + (long) (nanos * Budget.MOST_WARM_UP));
    for (int i = 0; i < runs.length; i++) {
      calibrate(i);
    }
    return rounds(start + nanos);
  }

  private void warmUp(long least, long most) {
    double[] before = look();
    int steadyLooks = 0;
    while (clock.getAsLong() < least || clock.getAsLong() < most && steadyLooks < STEADY_LOOKS) {
      double[] now = look();
      steadyLooks = isSteady(before, now) ? steadyLooks + 1 : 0;
      before = now;
    }
  }

  private static boolean isSteady(double[] before, double[] now) {
    for (int i = 0; i < now.length; i++) {
      if (Math.abs(now[i] - before[i]) > STEADY * before[i]) {
        return false;
      }
    }
    return true;
  }

  /** A few rounds; the median of each variant. */
  private double[] look() {
    List<List<Double>> samples = nothing();
    for (int k = 0; k < LOOK; k++) {
      round(samples);
      for (int i = 0; i < runs.length; i++) {
        if (runs[i] * samples.get(i).getLast() < budget.sampleNanos()) {
          runs[i] *= 2;
        }
      }
    }
    return named(samples).stream().mapToDouble(Samples::median).toArray();
  }

  private List<List<Double>> nothing() {
    List<List<Double>> samples = new ArrayList<>();
    variants.forEach(v -> samples.add(new ArrayList<>()));
    return samples;
  }

  private void round(List<List<Double>> samples) {
    for (int i = 0; i < runs.length; i++) {
      samples.get(i).add(sample(i));
    }
  }

  private List<Samples> named(List<List<Double>> samples) {
    List<Samples> named = new ArrayList<>();
    for (int i = 0; i < runs.length; i++) {
      double[] values = samples.get(i).stream().mapToDouble(Double::doubleValue).toArray();
      named.add(new Samples(variants.get(i).name(), values));
    }
    return named;
  }

  /** Compiled code is faster than what the warm-up began with, so a sample takes more runs. */
  private void calibrate(int variant) {
    while (sample(variant) * runs[variant] < budget.sampleNanos()) {
      runs[variant] *= 2;
    }
  }

  private List<Samples> rounds(long end) {
    List<List<Double>> samples = nothing();
    int rounds = 0;
    while (rounds < budget.leastRounds() || clock.getAsLong() < end) {
      round(samples);
      rounds++;
    }
    return named(samples);
  }

  /** Nanoseconds a run. */
  private double sample(int variant) {
    Runnable work = variants.get(variant).work();
    long n = runs[variant];
    long start = clock.getAsLong();
    for (long k = 0; k < n; k++) {
      work.run();
    }
    return (double) (clock.getAsLong() - start) / n;
  }
}
