package dev.ballast.check;

import dev.ballast.kernel.Slice;
import dev.ballast.runtime.Session;
import java.util.ArrayList;
import java.util.List;

/** Runs forward, gradient and, for small dimensions, d + 1 forwards in turn, and takes medians. */
final class CostMeter {
  /** Up to here all d + 1 forward passes are run. */
  static final long LARGEST_MEASURED = 64;

  private static final int LEAST_ROUNDS = 5;
  private static final long NANOS_PER_SAMPLE = 1_000_000;

  private final Session forward;
  private final Session gradients;
  private final List<Slice> variables;
  private final long budgetNanos;

  CostMeter(Session forward, Session gradients, List<Slice> variables, double seconds) {
    this.forward = forward;
    this.gradients = gradients;
    this.variables = variables;
    this.budgetNanos = (long) (seconds * 1e9);
  }

  GradientCost measure() {
    long d = variables.stream().mapToLong(Slice::elements).sum();
    boolean all = d <= LARGEST_MEASURED;
    List<Runnable> work = new ArrayList<>(List.of(forward::run, gradients::run));
    if (all) {
      work.add(this::allForwards);
    }
    double[] nanos = medians(work);
    double allForwards = all ? nanos[2] : (d + 1) * nanos[0];
    double backward = Math.max(0, nanos[1] - nanos[0]);
    return new GradientCost(d, nanos[0] / 1e3, backward / 1e3, allForwards / 1e3, all);
  }

  /** The gradient as one would have it without a backward pass. */
  private void allForwards() {
    forward.run();
    for (Slice x : variables) {
      for (long i = 0; i < x.elements(); i++) {
        double at = x.get(i);
        x.set(i, at + 1e-8);
        forward.run();
        x.set(i, at);
      }
    }
  }

  /** In turn, so that a machine that slows down does so for all; the first half warms up. */
  private double[] medians(List<Runnable> work) {
    long end = System.nanoTime() + budgetNanos;
    int[] runs = new int[work.size()];
    List<List<Double>> samples = new ArrayList<>();
    for (int i = 0; i < runs.length; i++) {
      runs[i] = 1;
      samples.add(new ArrayList<>());
    }
    int rounds = 0;
    while (rounds < LEAST_ROUNDS || System.nanoTime() < end) {
      for (int i = 0; i < runs.length; i++) {
        long start = System.nanoTime();
        for (int k = 0; k < runs[i]; k++) {
          work.get(i).run();
        }
        long nanos = System.nanoTime() - start;
        samples.get(i).add((double) nanos / runs[i]);
        if (nanos < NANOS_PER_SAMPLE) {
          runs[i] *= 2;
        }
      }
      rounds++;
    }
    return samples.stream().mapToDouble(CostMeter::laterMedian).toArray();
  }

  private static double laterMedian(List<Double> samples) {
    List<Double> later = samples.subList(samples.size() / 2, samples.size());
    return later.stream().sorted().toList().get(later.size() / 2);
  }
}
