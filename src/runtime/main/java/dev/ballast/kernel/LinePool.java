package dev.ballast.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * The largest under a window that moves by one or two along a line, on floats, with neighbours of
 * the result's lines as lanes. A vector may reach beyond its line: results are written in the order
 * of memory, so what is too much is written again by the next line, or ends where the piece does.
 */
record LinePool(PoolShape shape, MemorySegment x, MemorySegment y, long elements) {
  /** Every other lane of two vectors. */
  private static final VectorShuffle<Float> EVENS = VectorShuffle.fromOp(Lanes.FLOATS, i -> 2 * i);

  static Kernel max(PoolShape s, Slice x, Slice y, Workers workers) {
    LinePool pool = new LinePool(s, x.memory(), y.memory(), x.elements());
    int lines = s.batch() * s.channels() * s.y().out();
    long nanos = WorkNanos.moving(s.results() * (s.taps() + 1));
    Kernel kernel = new SharedLines(pool::lines, lines, nanos, workers);
    return Warmed.of(kernel, new Code(s.x().stride()), n -> small(s.x().stride(), n));
  }

  /** Which code is warm. */
  private record Code(int stride) {}

  /** Two planes with {@code n} results in a line, and padding above. */
  private static Kernel small(int stride, int n) {
    WindowAxis down = new WindowAxis(4, 2, 2, 1, 1);
    WindowAxis across = new WindowAxis(n * stride + 1, 2, stride, 0, 1);
    PoolShape s = new PoolShape(1, 2, down, across, false);
    Slice x = Warmed.floats(2, down.in(), across.in());
    Slice y = Warmed.floats(2, down.out(), across.out());
    int lines = 2 * down.out();
    LinePool pool = new LinePool(s, x.memory(), y.memory(), x.elements());
    return () -> pool.lines(0, lines);
  }

  private void lines(int first, int end) {
    long plane = (long) shape.y().in() * shape.x().in();
    long results = (long) end * shape.x().out();
    for (int line = first; line < end; line++) {
      int p = line / shape.y().out();
      line(p * plane, line % shape.y().out(), (long) line * shape.x().out(), results);
    }
  }

  private void line(long plane, int i, long to, long results) {
    WindowAxis down = shape.y();
    int first = 0;
    while (!down.has(down.place(i, first))) {
      first++;
    }
    int end = down.kernel();
    while (!down.has(down.place(i, end - 1))) {
      end--;
    }
    long from = plane + (long) down.place(i, first) * shape.x().in();
    int step = down.dilation() * shape.x().in();
    int reach =
        (end - first - 1) * step
            + (shape.x().kernel() - 1) * shape.x().dilation()
            + shape.x().stride() * Lanes.COUNT;
    int j = 0;
    for (; j < shape.x().out(); j += Lanes.COUNT) {
      long at = from + (long) j * shape.x().stride();
      if (at + reach > elements || to + j + Lanes.COUNT > results) {
        break;
      }
      largest(at, end - first, step, to + j);
    }
    for (; j < shape.x().out(); j++) {
      PlainFloats.set(y, to + j, one(from + (long) j * shape.x().stride(), end - first, step));
    }
  }

  /** No vector is handed to another method or back: it could go through the heap. */
  private void largest(long at, int lines, int step, long to) {
    int stride = shape.x().stride();
    FloatVector best = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    for (int k = 0; k < lines; k++) {
      long from = at + (long) k * step;
      for (int l = 0; l < shape.x().kernel(); l++, from += shape.x().dilation()) {
        FloatVector v = Lanes.load(x, from);
        if (stride == 2) {
          v = v.rearrange(EVENS, Lanes.load(x, from + Lanes.COUNT));
        }
        best = best.blend(v, v.compare(GT, best).or(v.test(IS_NAN)));
      }
    }
    Lanes.store(best, y, to);
  }

  private float one(long at, int lines, int step) {
    float best = PlainFloats.get(x, at);
    for (int k = 0; k < lines; k++) {
      for (int l = 0; l < shape.x().kernel(); l++) {
        float v = PlainFloats.get(x, at + (long) k * step + (long) l * shape.x().dilation());
        best = v > best || Float.isNaN(v) ? v : best;
      }
    }
    return best;
  }
}
