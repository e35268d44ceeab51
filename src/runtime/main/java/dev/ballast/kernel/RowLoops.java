package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Template: functions of rows of floats; formulas at {@link Rows}. Exponentials are summed in
 * double lanes: a loss near 0 is the logarithm of a sum that differs from 1 by less than a float
 * shows.
 */
final class RowLoops implements Rows.RowKernels {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public Kernel softmax(Slice x, Slice out) {
    MemorySegment from = x.memory();
    MemorySegment to = out.memory();
    long n = x.elements();
    int c = x.type().shape().dim(-1);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long row = 0; row < n; row += c) {
        double sum = exponentials(from, row, c, max(from, row, c, spare), to, spare);
        scale(to, row, c, (float) (1 / sum), spare);
      }
    };
  }

  @Override
  public Kernel causalSoftmax(Slice x, Slice out) {
    MemorySegment from = x.memory();
    MemorySegment to = out.memory();
    long matrices = x.elements();
    int c = x.type().shape().dim(-1);
    int rows = x.type().shape().dim(-2);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long row = 0; row < matrices; ) {
        for (int seen = c - rows + 1; seen <= c; seen++, row += c) {
          double sum = exponentials(from, row, seen, max(from, row, seen, spare), to, spare);
          scale(to, row, seen, (float) (1 / sum), spare);
          zero(to, row + seen, row + c);
        }
      }
    };
  }

  private static void zero(MemorySegment to, long from, long end) {
    FloatVector zeros = Lanes.broadcast(0f);
    long i = from;
    for (; i <= end - Lanes.COUNT; i += Lanes.COUNT) {
      Lanes.store(zeros, to, i);
    }
    for (; i < end; i++) {
      Lanes.set(to, i, 0f);
    }
  }

  @Override
  public Kernel logSoftmax(Slice x, Slice out) {
    MemorySegment from = x.memory();
    MemorySegment to = out.memory();
    long n = x.elements();
    int c = x.type().shape().dim(-1);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long row = 0; row < n; row += c) {
        float max = max(from, row, c, spare);
        subtract(
            from, row, c, max, (float) StrictMath.log(sum(from, row, c, max, spare)), to, spare);
      }
    };
  }

  @Override
  public Kernel crossEntropy(Slice x, Slice labels, Slice loss) {
    MemorySegment from = x.memory();
    MemorySegment to = loss.memory();
    long n = loss.elements();
    int c = x.type().shape().dim(-1);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long b = 0; b < n; b++) {
        long row = b * c;
        float max = max(from, row, c, spare);
        double distance = (double) max - Lanes.get(from, row + Rows.label(labels, b, c));
        Lanes.set(to, b, (float) (StrictMath.log(sum(from, row, c, max, spare)) + distance));
      }
    };
  }

  @Override
  public Kernel crossEntropyGradient(Slice x, Slice labels, Slice dloss, Slice dx) {
    MemorySegment from = x.memory();
    MemorySegment to = dx.memory();
    MemorySegment gradient = dloss.memory();
    long n = dloss.elements();
    int c = x.type().shape().dim(-1);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long b = 0; b < n; b++) {
        long row = b * c;
        long label = row + Rows.label(labels, b, c);
        double sum = exponentials(from, row, c, max(from, row, c, spare), to, spare);
        double g = Lanes.get(gradient, b) / sum;
        double e = Lanes.get(to, label);
        scale(to, row, c, (float) g, spare);
        Lanes.set(to, label, (float) ((e - sum) * g));
      }
    };
  }

  @Override
  public Kernel crossEntropyWithGradient(Slice x, Slice labels, Slice dloss, Slice loss, Slice dx) {
    MemorySegment from = x.memory();
    MemorySegment to = dx.memory();
    MemorySegment losses = loss.memory();
    MemorySegment gradient = dloss.memory();
    long n = dloss.elements();
    int c = x.type().shape().dim(-1);
    MemorySegment spare = LastRow.spare();
    return () -> {
      for (long b = 0; b < n; b++) {
        long row = b * c;
        long label = row + Rows.label(labels, b, c);
        float max = max(from, row, c, spare);
        double distance = (double) max - Lanes.get(from, label);
        double sum = exponentials(from, row, c, max, to, spare);
        Lanes.set(losses, b, (float) (StrictMath.log(sum) + distance));
        double g = Lanes.get(gradient, b) / sum;
        double e = Lanes.get(to, label);
        scale(to, row, c, (float) g, spare);
        Lanes.set(to, label, (float) ((e - sum) * g));
      }
    };
  }

  /** The largest that is a number: where one is not, the sum of exponentials will not be either. */
  private static float max(MemorySegment from, long row, int c, MemorySegment spare) {
    FloatVector m = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      m = Lanes.larger(m, Lanes.load(from, row + i));
    }
    if (!RECIPE.has(Recipe.MASKLESS)) {
      if (full < c) {
        long at = row + full;
        VectorMask<Float> tail = Lanes.first(c - full);
        MemorySegment source = LastRow.source(from, at, c - full, spare);
        m = Lanes.larger(m, m.blend(Lanes.load(source, LastRow.place(from, at), tail), tail));
      }
      return Lanes.max(m);
    }
    float max = Lanes.max(m);
    for (int i = full; i < c; i++) {
      float x = Lanes.get(from, row + i);
      max = x > max ? x : max;
    }
    return max;
  }

  /** Writes e^(x − max) and returns the sum. */
  private static double exponentials(
      MemorySegment from, long row, int c, float max, MemorySegment to, MemorySegment spare) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector e = LaneMath.exp(Lanes.load(from, row + i).sub(max));
      Lanes.store(e, to, row + i);
      low = low.add(Lanes.low(e));
      high = high.add(Lanes.high(e));
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      double sum = Lanes.sum(low.add(high));
      for (int i = full; i < c; i++) {
        float e = LaneMath.exp(Lanes.broadcast(Lanes.get(from, row + i) - max)).lane(0);
        Lanes.set(to, row + i, e);
        sum += e;
      }
      return sum;
    }
    if (full < c) {
      long at = row + full;
      VectorMask<Float> tail = Lanes.first(c - full);
      MemorySegment source = LastRow.source(from, at, c - full, spare);
      FloatVector e = LaneMath.exp(Lanes.load(source, LastRow.place(from, at), tail).sub(max));
      Lanes.store(e, LastRow.target(to, at, spare), LastRow.place(to, at), tail);
      LastRow.finish(to, at, c - full, spare);
      FloatVector counted = Lanes.broadcast(0f).blend(e, tail);
      low = low.add(Lanes.low(counted));
      high = high.add(Lanes.high(counted));
    }
    return Lanes.sum(low.add(high));
  }

  /** Returns the sum of e^(x − max). */
  private static double sum(MemorySegment from, long row, int c, float max, MemorySegment spare) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector e = LaneMath.exp(Lanes.load(from, row + i).sub(max));
      low = low.add(Lanes.low(e));
      high = high.add(Lanes.high(e));
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      double sum = Lanes.sum(low.add(high));
      for (int i = full; i < c; i++) {
        sum += LaneMath.exp(Lanes.broadcast(Lanes.get(from, row + i) - max)).lane(0);
      }
      return sum;
    }
    if (full < c) {
      long at = row + full;
      VectorMask<Float> tail = Lanes.first(c - full);
      MemorySegment source = LastRow.source(from, at, c - full, spare);
      FloatVector e = LaneMath.exp(Lanes.load(source, LastRow.place(from, at), tail).sub(max));
      FloatVector counted = Lanes.broadcast(0f).blend(e, tail);
      low = low.add(Lanes.low(counted));
      high = high.add(Lanes.high(counted));
    }
    return Lanes.sum(low.add(high));
  }

  private static void scale(MemorySegment to, long row, int c, float factor, MemorySegment spare) {
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(to, row + i).mul(factor), to, row + i);
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (int i = full; i < c; i++) {
        Lanes.set(to, row + i, Lanes.get(to, row + i) * factor);
      }
    } else if (full < c) {
      long at = row + full;
      VectorMask<Float> tail = Lanes.first(c - full);
      MemorySegment m = LastRow.source(to, at, c - full, spare);
      Lanes.store(
          Lanes.load(m, LastRow.place(to, at), tail).mul(factor), m, LastRow.place(to, at), tail);
      LastRow.finish(to, at, c - full, spare);
    }
  }

  /** Writes x − max − log, in this order: x − max is exact where it matters. */
  private static void subtract(
      MemorySegment from,
      long row,
      int c,
      float max,
      float log,
      MemorySegment to,
      MemorySegment spare) {
    int full = c & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(from, row + i).sub(max).sub(log), to, row + i);
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (int i = full; i < c; i++) {
        Lanes.set(to, row + i, Lanes.get(from, row + i) - max - log);
      }
    } else if (full < c) {
      long at = row + full;
      VectorMask<Float> tail = Lanes.first(c - full);
      MemorySegment source = LastRow.source(from, at, c - full, spare);
      FloatVector x = Lanes.load(source, LastRow.place(from, at), tail);
      Lanes.store(x.sub(max).sub(log), LastRow.target(to, at, spare), LastRow.place(to, at), tail);
      LastRow.finish(to, at, c - full, spare);
    }
  }
}
