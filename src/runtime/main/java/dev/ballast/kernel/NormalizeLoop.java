package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Template: {@link RowMoments#normalize} on floats. Mean and variance are summed in double lanes;
 * what a whole vector does not fill is done element by element.
 */
final class NormalizeLoop implements RowMoments.RowNormalization {
  @Override
  public Kernel normalize(double epsilon, Slice x, Slice y, Slice scale) {
    MemorySegment from = x.memory();
    MemorySegment to = y.memory();
    MemorySegment scales = scale.memory();
    long rows = scale.elements();
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long b = 0; b < rows; b++) {
        double mean = sum(from, b * c, c) / c;
        double variance = squares(from, b * c, c, mean) / c;
        double r = 1 / Math.sqrt(variance + epsilon);
        write(from, b * c, c, mean, r, to);
        Lanes.set(scales, b, (float) r);
      }
    };
  }

  private static double sum(MemorySegment from, long row, int c) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector x = Lanes.load(from, row + i);
      low = low.add(Lanes.low(x));
      high = high.add(Lanes.high(x));
    }
    double sum = Lanes.sum(low.add(high));
    for (int i = full; i < c; i++) {
      sum += Lanes.get(from, row + i);
    }
    return sum;
  }

  /** The sum of the squares of the distances from the mean. */
  private static double squares(MemorySegment from, long row, int c, double mean) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector x = Lanes.load(from, row + i);
      DoubleVector first = Lanes.low(x).sub(mean);
      DoubleVector second = Lanes.high(x).sub(mean);
      low = first.fma(first, low);
      high = second.fma(second, high);
    }
    double sum = Lanes.sum(low.add(high));
    for (int i = full; i < c; i++) {
      double d = Lanes.get(from, row + i) - mean;
      sum += d * d;
    }
    return sum;
  }

  private static void write(
      MemorySegment from, long row, int c, double mean, double r, MemorySegment to) {
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector x = Lanes.load(from, row + i);
      DoubleVector first = Lanes.low(x).sub(mean).mul(r);
      DoubleVector second = Lanes.high(x).sub(mean).mul(r);
      Lanes.store(Lanes.floats(first, second), to, row + i);
    }
    for (int i = full; i < c; i++) {
      Lanes.set(to, row + i, (float) ((Lanes.get(from, row + i) - mean) * r));
    }
  }
}
