package dev.ballast.cli.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An axis with round numbers on it that holds all of some values. */
public record Scale(double from, double to, double step) {

  /** The steps are 1, 2 or 5 times a power of ten, and about as many as asked for. */
  public static Scale over(List<Double> values, int steps) {
    double least = values.stream().mapToDouble(v -> v).min().orElse(0);
    double most = values.stream().mapToDouble(v -> v).max().orElse(1);
    double extent = most > least ? most - least : Math.max(1e-9, Math.abs(most) / 10);
    double wanted = extent / steps;
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double step = power * 10;
    for (double mantissa : new double[] {5, 2, 1}) {
      step = mantissa * power >= wanted ? mantissa * power : step;
    }
    return new Scale(Math.floor(least / step) * step, Math.ceil(most / step) * step, step);
  }

  /** Where a value lies, 0 at the start of the axis and 1 at its end. */
  public double part(double value) {
    return to > from ? (value - from) / (to - from) : 0.5;
  }

  public List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (long i = 0; i <= Math.round((to - from) / step); i++) {
      ticks.add(from + i * step);
    }
    return ticks;
  }

  /** With as many decimals as the steps need. */
  public String text(double value) {
    int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
