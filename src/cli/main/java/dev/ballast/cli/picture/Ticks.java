package dev.ballast.cli.picture;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The round numbers along an axis; the first and the last are its ends. */
record Ticks(boolean isLog, List<Double> values) {
  private static final int MOST = 8;

  /** Powers of ten, and twice and five times these where they are few. */
  static Ticks log(String label, List<Double> data) {
    double low = demand(label, least(data), true);
    double high = demand(label, most(data), true);
    int from = (int) Math.floor(Math.log10(low)) - 1;
    int to = (int) Math.ceil(Math.log10(high)) + 1;
    boolean fine = Math.log10(high / low) <= 2;
    List<Double> candidates = new ArrayList<>();
    for (int k = from; k <= to; k++) {
      for (int digit : fine ? new int[] {1, 2, 5} : new int[] {1}) {
        candidates.add(Double.parseDouble(digit + "e" + k));
      }
    }
    return new Ticks(true, around(candidates, low, high));
  }

  /** Multiples of 1, 2 or 5 times a power of ten; from 0 on where nothing is below it. */
  static Ticks linear(String label, List<Double> data) {
    double low = Math.min(0, demand(label, least(data), false));
    double high = Math.max(0, demand(label, most(data), false));
    double wanted = high > low ? (high - low) / (MOST - 1) : 1;
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double step = power;
    for (double m : new double[] {2, 5, 10}) {
      step = step < wanted ? m * power : step;
    }
    List<Double> ticks = new ArrayList<>();
    long first = (long) Math.floor(low / step);
    long last = Math.max(first + 1, (long) Math.ceil(high / step));
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return new Ticks(false, ticks);
  }

  private static double least(List<Double> data) {
    return data.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  private static double most(List<Double> data) {
    return data.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  private static double demand(String label, double v, boolean positive) {
    if (!Double.isFinite(v) || positive && v <= 0) {
      throw new IllegalArgumentException(
          "axis '" + label + "': can't show " + v + (positive ? " on a logarithmic scale" : ""));
    }
    return v;
  }

  /** The largest not above the data, all between, and the smallest not below; two at least. */
  private static List<Double> around(List<Double> candidates, double low, double high) {
    int first = 0;
    while (candidates.get(first + 1) <= low) {
      first++;
    }
    int last = first + 1;
    while (candidates.get(last) < high) {
      last++;
    }
    return List.copyOf(candidates.subList(first, last + 1));
  }

  /** Where a value stands between the two ends of the axis. */
  double place(double value, double start, double end) {
    double from = scale(values.getFirst());
    double to = scale(values.getLast());
    return start + (scale(value) - from) / (to - from) * (end - start);
  }

  private double scale(double v) {
    return isLog ? Math.log10(v) : v;
  }

  /** Short: {@code 0.25}, {@code 5000}, {@code 1e6}. */
  String text(double v) {
    double size = Math.abs(v);
    if (size == 0 || size >= 1e-2 && size < 1e5) {
      return Svg.number(v);
    }
    BigDecimal d = new BigDecimal(v).round(new java.math.MathContext(2)).stripTrailingZeros();
    int exponent = d.precision() - d.scale() - 1;
    return d.movePointLeft(exponent).toPlainString() + "e" + exponent;
  }
}
