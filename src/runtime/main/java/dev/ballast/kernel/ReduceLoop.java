package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Template: folds floats along some axes. Sums are kept in double lanes, rounded once for each
 * walk; all lanes are added in a fixed order.
 */
final class ReduceLoop implements Reduction.ReduceKernels {
  static final int MAX = 1;

  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());
  private static final boolean IS_MAX = RECIPE.has(MAX);

  @Override
  public Kernel rows(Odometer kept, Odometer folded, double scale, Slice in, Slice out) {
    MemorySegment from = in.memory();
    MemorySegment to = out.memory();
    MemorySegment spare = LastRow.spare();
    return () -> {
      kept.reset();
      long at = 0;
      do {
        for (int k = 0; k < kept.innerLength(); k++, at++) {
          long start = kept.offset(0) + k * kept.innerStride(0);
          Lanes.set(to, at, (float) (scale * walk(folded, from, start, spare)));
        }
      } while (kept.next());
    };
  }

  private static double walk(Odometer folded, MemorySegment from, long start, MemorySegment spare) {
    double acc = IS_MAX ? Double.NEGATIVE_INFINITY : 0;
    folded.reset();
    do {
      long at = start + folded.offset(0);
      double line =
          IS_MAX
              ? max(from, at, folded.innerLength(), spare)
              : sum(from, at, folded.innerLength(), spare);
      acc = IS_MAX ? Math.max(acc, line) : acc + line;
    } while (folded.next());
    return acc;
  }

  private static double sum(MemorySegment from, long at, int n, MemorySegment spare) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    int full = n & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(from, at + i);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      double sum = Lanes.sum(low.add(high));
      for (int i = full; i < n; i++) {
        sum += Lanes.get(from, at + i);
      }
      return sum;
    }
    if (full < n) {
      MemorySegment source = LastRow.source(from, at + full, n - full, spare);
      FloatVector v = Lanes.load(source, LastRow.place(from, at + full), Lanes.first(n - full));
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    return Lanes.sum(low.add(high));
  }

  private static float max(MemorySegment from, long at, int n, MemorySegment spare) {
    FloatVector m = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    int full = n & -Lanes.COUNT;
    for (int i = 0; i < full; i += Lanes.COUNT) {
      m = m.max(Lanes.load(from, at + i));
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      float max = Lanes.max(m);
      for (int i = full; i < n; i++) {
        max = Math.max(max, Lanes.get(from, at + i));
      }
      return max;
    }
    if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      MemorySegment source = LastRow.source(from, at + full, n - full, spare);
      m = m.max(m.blend(Lanes.load(source, LastRow.place(from, at + full), tail), tail));
    }
    return Lanes.max(m);
  }

  @Override
  public Kernel columns(Odometer kept, Odometer folded, double scale, Slice in, Slice out) {
    MemorySegment from = in.memory();
    MemorySegment to = out.memory();
    MemorySegment spare = LastRow.spare();
    return () -> {
      kept.reset();
      long at = 0;
      int n = kept.innerLength();
      do {
        folded.reset();
        boolean first = true;
        boolean more = true;
        while (more) {
          long start = kept.offset(0) + folded.offset(0);
          long step = folded.innerStride(0);
          int rows = folded.innerLength();
          more = folded.next();
          columns(from, start, step, rows, n, to, at, first, more ? 1.0 : scale, spare);
          first = false;
        }
        at += n;
      } while (kept.next());
    };
  }

  /** Folds the rows below each other, {@code step} apart, into a line of {@code n} results. */
  private static void columns(
      MemorySegment from,
      long start,
      long step,
      int rows,
      int n,
      MemorySegment to,
      long at,
      boolean first,
      double scale,
      MemorySegment spare) {
    int full = n & -Lanes.COUNT;
    for (int c = 0; c < full; c += Lanes.COUNT) {
      if (IS_MAX) {
        maxColumns(from, start + c, step, rows, to, at + c, first);
      } else {
        sumColumns(from, start + c, step, rows, to, at + c, first, scale);
      }
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (int c = full; c < n; c++) {
        oneColumn(from, start + c, step, rows, to, at + c, first, scale);
      }
    } else if (full < n) {
      if (IS_MAX) {
        maxLastColumns(from, start + full, step, rows, to, at + full, first, n - full, spare);
      } else {
        sumLastColumns(
            from, start + full, step, rows, to, at + full, first, scale, n - full, spare);
      }
    }
  }

  private static void sumColumns(
      MemorySegment from,
      long start,
      long step,
      int rows,
      MemorySegment to,
      long at,
      boolean first,
      double scale) {
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    for (int r = 0; r < rows; r++) {
      FloatVector v = Lanes.load(from, start + r * step);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    if (!first) {
      FloatVector v = Lanes.load(to, at);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    Lanes.store(Lanes.floats(low.mul(scale), high.mul(scale)), to, at);
  }

  private static void sumLastColumns(
      MemorySegment from,
      long start,
      long step,
      int rows,
      MemorySegment to,
      long at,
      boolean first,
      double scale,
      int n,
      MemorySegment spare) {
    VectorMask<Float> mask = Lanes.first(n);
    DoubleVector low = Lanes.doubles(0);
    DoubleVector high = Lanes.doubles(0);
    for (int r = 0; r < rows; r++) {
      long row = start + r * step;
      MemorySegment source = LastRow.source(from, row, n, spare);
      FloatVector v = Lanes.load(source, LastRow.place(from, row), mask);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    if (!first) {
      MemorySegment before = LastRow.source(to, at, n, spare);
      FloatVector v = Lanes.load(before, LastRow.place(to, at), mask);
      low = low.add(Lanes.low(v));
      high = high.add(Lanes.high(v));
    }
    Lanes.store(
        Lanes.floats(low.mul(scale), high.mul(scale)),
        LastRow.target(to, at, spare),
        LastRow.place(to, at),
        mask);
    LastRow.finish(to, at, n, spare);
  }

  private static void maxColumns(
      MemorySegment from,
      long start,
      long step,
      int rows,
      MemorySegment to,
      long at,
      boolean first) {
    FloatVector m = Lanes.load(from, start);
    for (int r = 1; r < rows; r++) {
      m = m.max(Lanes.load(from, start + r * step));
    }
    if (!first) {
      m = m.max(Lanes.load(to, at));
    }
    Lanes.store(m, to, at);
  }

  private static void maxLastColumns(
      MemorySegment from,
      long start,
      long step,
      int rows,
      MemorySegment to,
      long at,
      boolean first,
      int n,
      MemorySegment spare) {
    VectorMask<Float> mask = Lanes.first(n);
    MemorySegment top = LastRow.source(from, start, n, spare);
    FloatVector m = Lanes.load(top, LastRow.place(from, start), mask);
    for (int r = 1; r < rows; r++) {
      long row = start + r * step;
      MemorySegment source = LastRow.source(from, row, n, spare);
      m = m.max(Lanes.load(source, LastRow.place(from, row), mask));
    }
    if (!first) {
      MemorySegment before = LastRow.source(to, at, n, spare);
      m = m.max(Lanes.load(before, LastRow.place(to, at), mask));
    }
    Lanes.store(m, LastRow.target(to, at, spare), LastRow.place(to, at), mask);
    LastRow.finish(to, at, n, spare);
  }

  private static void oneColumn(
      MemorySegment from,
      long start,
      long step,
      int rows,
      MemorySegment to,
      long at,
      boolean first,
      double scale) {
    double acc = IS_MAX ? Double.NEGATIVE_INFINITY : 0;
    for (int r = 0; r < rows; r++) {
      float v = Lanes.get(from, start + r * step);
      acc = IS_MAX ? Math.max(acc, v) : acc + v;
    }
    if (!first) {
      acc = IS_MAX ? Math.max(acc, Lanes.get(to, at)) : acc + Lanes.get(to, at);
    }
    Lanes.set(to, at, (float) (acc * scale));
  }
}
