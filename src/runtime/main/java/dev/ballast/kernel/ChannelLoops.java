package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** {@link Channels} on floats. Sums are kept in double lanes, added in a fixed order. */
final class ChannelLoops {
  private ChannelLoops() {}

  static Kernel moments(Channels s, Slice x, Slice mean, Slice variance, Workers workers) {
    MemorySegment from = x.memory();
    MemorySegment means = mean.memory();
    MemorySegment variances = variance.memory();
    double[][] lanes = lanes(s);
    SharedLines.Work channel =
        (first, end) -> {
          for (int c = first; c < end; c++) {
            double sum = 0;
            for (int p = 0; p < s.pieces(); p++) {
              sum += sum(from, s.start(c, p), s.length(), lanes[c]);
            }
            double m = sum / s.count();
            double squares = 0;
            for (int p = 0; p < s.pieces(); p++) {
              squares += squares(from, s.start(c, p), s.length(), m, lanes[c]);
            }
            Lanes.set(means, c, (float) m);
            Lanes.set(variances, c, (float) (squares / s.count()));
          }
        };
    return shared(s, channel, 2, workers);
  }

  /** Where each channel's lanes are added, so that channels can be at work side by side. */
  private static double[][] lanes(Channels s) {
    return new double[s.channels()][Lanes.DOUBLE_COUNT];
  }

  /**
   * @param passes over all elements
   */
  private static Kernel shared(Channels s, SharedLines.Work channels, int passes, Workers workers) {
    long nanos = WorkNanos.moving(passes * s.count() * s.channels());
    return new SharedLines(channels, s.channels(), nanos, workers);
  }

  static Kernel affine(
      Channels s, Slice x, Slice scale, Optional<Slice> shift, Slice y, Workers workers) {
    MemorySegment from = x.memory();
    MemorySegment scales = scale.memory();
    MemorySegment shifts = shift.map(Slice::memory).orElse(MemorySegment.NULL);
    boolean shifted = shift.isPresent();
    MemorySegment to = y.memory();
    SharedLines.Work channel =
        (first, end) -> {
          for (int c = first; c < end; c++) {
            float factor = Lanes.get(scales, c);
            float plus = shifted ? Lanes.get(shifts, c) : 0f;
            for (int p = 0; p < s.pieces(); p++) {
              line(from, s.start(c, p), s.length(), factor, plus, to);
            }
          }
        };
    return shared(s, channel, 2, workers);
  }

  static Kernel products(
      Channels s, Slice g, Slice x, Slice products, Slice sums, Workers workers) {
    MemorySegment gradients = g.memory();
    MemorySegment from = x.memory();
    MemorySegment toProducts = products.memory();
    MemorySegment toSums = sums.memory();
    double[][] lanes = lanes(s);
    SharedLines.Work channel =
        (first, end) -> {
          for (int c = first; c < end; c++) {
            double product = 0;
            double sum = 0;
            for (int p = 0; p < s.pieces(); p++) {
              product += products(gradients, from, s.start(c, p), s.length(), lanes[c]);
              sum += sum(gradients, s.start(c, p), s.length(), lanes[c]);
            }
            Lanes.set(toProducts, c, (float) product);
            Lanes.set(toSums, c, (float) sum);
          }
        };
    return shared(s, channel, 3, workers);
  }

  /** In order: no vector is handed on, which would take it through the heap. */
  private static double sum(double[] lanes) {
    double sum = 0;
    for (double lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  private static double sum(MemorySegment from, long start, long length, double[] lanes) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    long full = length & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(from, start + i);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    Lanes.exact(Lanes.exact(low).add(Lanes.exact(high))).intoArray(lanes, 0);
    double sum = sum(lanes);
    for (long i = full; i < length; i++) {
      sum += Lanes.get(from, start + i);
    }
    return sum;
  }

  private static double squares(
      MemorySegment from, long start, long length, double mean, double[] lanes) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    long full = length & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(from, start + i);
      DoubleVector a = Lanes.low(v).sub(mean);
      DoubleVector b = Lanes.high(v).sub(mean);
      low = a.fma(a, low);
      high = b.fma(b, high);
    }
    Lanes.exact(Lanes.exact(low).add(Lanes.exact(high))).intoArray(lanes, 0);
    double sum = sum(lanes);
    for (long i = full; i < length; i++) {
      double d = Lanes.get(from, start + i) - mean;
      sum = Math.fma(d, d, sum);
    }
    return sum;
  }

  private static double products(
      MemorySegment g, MemorySegment x, long start, long length, double[] lanes) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    long full = length & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector a = Lanes.load(g, start + i);
      FloatVector b = Lanes.load(x, start + i);
      low = Lanes.low(a).fma(Lanes.low(b), low);
      high = Lanes.high(a).fma(Lanes.high(b), high);
    }
    Lanes.exact(Lanes.exact(low).add(Lanes.exact(high))).intoArray(lanes, 0);
    double sum = sum(lanes);
    for (long i = full; i < length; i++) {
      sum = Math.fma((double) Lanes.get(g, start + i), Lanes.get(x, start + i), sum);
    }
    return sum;
  }

  private static void line(
      MemorySegment from, long start, long length, float factor, float plus, MemorySegment to) {
    FloatVector factors = Lanes.broadcast(factor);
    FloatVector shift = Lanes.broadcast(plus);
    long full = length & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(from, start + i).fma(factors, shift), to, start + i);
    }
    for (long i = full; i < length; i++) {
      Lanes.set(to, start + i, Math.fma(Lanes.get(from, start + i), factor, plus));
    }
  }
}
