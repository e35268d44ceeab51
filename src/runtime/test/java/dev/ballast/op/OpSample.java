package dev.ballast.op;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One row of {@link OpSamples}: an op with inputs to try it on.
 *
 * @param types the inputs' types; floating ones are written as f32 and tried as f64 too
 * @param low floating contents are distinct, evenly spread from here
 * @param high to here (exclusive), and never 0, so that no kink is met
 * @param bounds for integer inputs, by index: contents are from 0 to this (exclusive), else from 1
 *     to 9
 * @param tolerance of the fast f32 kernel against the reference, relative to what is above 1
 * @param whole whether contents are rounded to whole numbers, so that equals occur; then gradients
 *     are not compared with differences
 */
record OpSample(
    BuiltIn op,
    List<TensorType> types,
    double low,
    double high,
    Map<Integer, Integer> bounds,
    double tolerance,
    boolean whole) {

  static OpSample of(BuiltIn op, TensorType... types) {
    return new OpSample(op, List.of(types), -2, 2, Map.of(), 2e-6, false);
  }

  OpSample within(double newLow, double newHigh) {
    return new OpSample(op, types, newLow, newHigh, bounds, tolerance, whole);
  }

  OpSample indices(int input, int bound) {
    Map<Integer, Integer> more = new LinkedHashMap<>(bounds);
    more.put(input, bound);
    return new OpSample(op, types, low, high, more, tolerance, whole);
  }

  OpSample tolerance(double newTolerance) {
    return new OpSample(op, types, low, high, bounds, newTolerance, whole);
  }

  OpSample wholeNumbers() {
    return new OpSample(op, types, low, high, bounds, tolerance, true);
  }

  /** The inputs' types with another dtype for the floating ones. */
  List<TensorType> types(DType floating) {
    return types.stream().map(t -> t.dtype().isFloating() ? t.withDType(floating) : t).toList();
  }

  /** The same in each JVM, where {@link #hashCode} is not: an enum's is that of its identity. */
  int seed() {
    return toString().hashCode();
  }

  /** Contents for the inputs, the same numbers in every floating dtype: all are floats. */
  List<Literal> contents(DType floating) {
    Random random = new Random(seed());
    int total = (int) types.stream().mapToLong(TensorType::elements).sum();
    List<Double> spread = new ArrayList<>();
    for (int i = 0; i < total; i++) {
      spread.add((double) (float) (low + (high - low) * (i + 0.3) / total));
    }
    Collections.shuffle(spread, random);
    List<Literal> contents = new ArrayList<>();
    int next = 0;
    List<TensorType> wanted = types(floating);
    for (int k = 0; k < types.size(); k++) {
      double[] d = new double[(int) types.get(k).elements()];
      for (int i = 0; i < d.length; i++) {
        boolean index = !types.get(k).dtype().isFloating();
        double v = index ? integer(k, random) : spread.get(next++);
        d[i] = whole ? Math.rint(v) : v;
      }
      contents.add(Literal.of(wanted.get(k), d));
    }
    return contents;
  }

  private int integer(int input, Random random) {
    return bounds.containsKey(input) ? random.nextInt(bounds.get(input)) : 1 + random.nextInt(9);
  }

  @Override
  public String toString() {
    return op + " " + types;
  }
}
