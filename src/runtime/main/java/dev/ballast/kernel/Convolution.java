package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two-dimensional convolutions y = x ⋆ w and their gradients; shapes at {@link ConvolutionShape}.
 */
public final class Convolution {
  /** Images that it is worth to interleave: a vector's. */
  private static final int LANES = 16;

  private Convolution() {}

  /**
   * y[b,o,i,j] = bias[o] + Σ x[b,c,i·s+k·d−p,j·s+l·d−p] · w[o,c,k,l].
   *
   * @param o x, w and, if there is one, the bias; y
   */
  public static Kernel forward(ConvolutionShape s, Slices o) {
    Slice x = o.in(0);
    Slice w = o.in(1);
    Slice y = o.out();
    if (!allFloat(o)) {
      return referenceForward(s, x, w, bias(o), y);
    }
    if (FlatConvolution.serves(s)) {
      return new FlatConvolution(
          s, x.memory(), w.memory(), y.memory(), biasMemory(o), o.workspace(), o.workers());
    }
    if (s.batchLast()) {
      return gather(s, x, w, y, o);
    }
    if (s.batch() < LANES) {
      return byColumns(s, o);
    }
    Slice turnedX = Interleaved.slice(x, o.workspace(), 0);
    Slice turnedY = Interleaved.slice(y, o.workspace(), Interleaved.bytes(s.inElements()));
    return Movement.sequence(
        List.of(
            Interleaved.there(x, turnedX),
            gather(s.interleaved(), turnedX, w, turnedY, o),
            Interleaved.back(turnedY, y)));
  }

  private static Kernel gather(ConvolutionShape s, Slice x, Slice w, Slice y, Slices o) {
    var operands =
        new GatherConvolution.Operands(x.memory(), w.memory(), y.memory(), biasMemory(o));
    return GatherConvolution.forward(s, operands, o.workers());
  }

  private static Optional<Slice> bias(Slices o) {
    return o.inputs().size() == 3 ? Optional.of(o.in(2)) : Optional.empty();
  }

  private static MemorySegment biasMemory(Slices o) {
    return bias(o).map(Slice::memory).orElse(MemorySegment.NULL);
  }

  private static boolean allFloat(Slices o) {
    return Stream.of(o.inputs(), o.results()).flatMap(List::stream).allMatch(FloatLoops::allFloat);
  }

  /** Bytes that {@link #forward} wants of its workspace. */
  public static long forwardBytes(ConvolutionShape s) {
    if (FlatConvolution.serves(s)) {
      return FlatConvolution.workspaceBytes(s);
    }
    if (s.batchLast()) {
      return 0;
    }
    return s.batch() < LANES ? ColumnConvolution.workspaceBytes(s) : bothSides(s);
  }

  /** The convolution as a copy and a matrix product, for images with the batch first. */
  public static Kernel byColumns(ConvolutionShape s, Slices o) {
    return new ColumnConvolution(
        s, o.in(0), o.in(1), o.out(), biasMemory(o), o.workspace(), o.workers());
  }

  /** Bytes that {@link #byColumns} wants of its workspace. */
  public static long columnBytes(ConvolutionShape s) {
    return ColumnConvolution.workspaceBytes(s);
  }

  /** Of one image there is nothing to interleave. */
  private static boolean isInterleaved(ConvolutionShape s) {
    return s.batchLast() || s.batch() == 1;
  }

  private static long bothSides(ConvolutionShape s) {
    return Interleaved.bytes(s.inElements()) + Interleaved.bytes(s.outElements());
  }

  /**
   * dx[b,c,…] = Σ dy[b,o,…] · w[o,c,k,l] over all places of y that x's place is part of.
   *
   * @param o dy and w; dx
   */
  public static Kernel inputGradient(ConvolutionShape s, Slices o) {
    Slice dy = o.in(0);
    Slice w = o.in(1);
    Slice dx = o.out();
    if (!allFloat(o)) {
      return referenceInputGradient(s, dy, w, dx);
    }
    if (isInterleaved(s)) {
      return GatherConvolution.backward(
          s.interleaved(), dy.memory(), w.memory(), dx.memory(), o.workers());
    }
    Slice turnedY = Interleaved.slice(dy, o.workspace(), 0);
    Slice turnedX = Interleaved.slice(dx, o.workspace(), Interleaved.bytes(s.outElements()));
    return Movement.sequence(
        List.of(
            Interleaved.there(dy, turnedY),
            GatherConvolution.backward(
                s.interleaved(), turnedY.memory(), w.memory(), turnedX.memory(), o.workers()),
            Interleaved.back(turnedX, dx)));
  }

  /** Bytes that {@link #inputGradient} wants of its workspace. */
  public static long inputGradientBytes(ConvolutionShape s) {
    return isInterleaved(s) ? 0 : bothSides(s);
  }

  /**
   * dw[o,c,k,l] = Σ dy[b,o,i,j] · x[b,c,i·s+k·d−p,j·s+l·d−p] over images and places, and db[o] = Σ
   * dy[b,o,i,j] where it is wanted.
   *
   * @param o x and dy; dw and, if it is wanted, db
   */
  public static Kernel weightGradient(ConvolutionShape s, Slices o) {
    Slice x = o.in(0);
    Slice dy = o.in(1);
    Slice dw = o.out();
    Optional<Slice> db = o.results().size() == 2 ? Optional.of(o.out(1)) : Optional.empty();
    if (!allFloat(o)) {
      return referenceWeightGradient(s, x, dy, dw, db);
    }
    MemorySegment bias = db.map(Slice::memory).orElse(MemorySegment.NULL);
    ConvolutionShape turned = s.interleaved();
    if (isInterleaved(s)) {
      return new CorrelationGradient(
          turned, x.memory(), dy.memory(), dw.memory(), bias, o.workspace(), o.workers());
    }
    Slice turnedX = Interleaved.slice(x, o.workspace(), 0);
    Slice turnedY = Interleaved.slice(dy, o.workspace(), Interleaved.bytes(s.inElements()));
    MemorySegment rest = o.workspace().asSlice(bothSides(s));
    return Movement.sequence(
        List.of(
            Interleaved.there(x, turnedX),
            Interleaved.there(dy, turnedY),
            new CorrelationGradient(
                turned, turnedX.memory(), turnedY.memory(), dw.memory(), bias, rest, o.workers())));
  }

  /** Bytes that {@link #weightGradient} wants of its workspace. */
  public static long weightGradientBytes(ConvolutionShape s) {
    long turned = isInterleaved(s) ? 0 : bothSides(s);
    return turned + CorrelationGradient.workspaceBytes(s.interleaved());
  }

  public static Kernel referenceForward(
      ConvolutionShape s, Slice x, Slice w, Optional<Slice> bias, Slice y) {
    return () ->
        outputs(
            s,
            (b, o, i, j) -> {
              double[] sum = {bias.isPresent() ? bias.get().get(o) : 0};
              taps(s, b, o, i, j, (xAt, wAt) -> sum[0] += x.get(xAt) * w.get(wAt));
              y.set(s.outAt(b, o, i, j), sum[0]);
            });
  }

  public static Kernel referenceInputGradient(ConvolutionShape s, Slice dy, Slice w, Slice dx) {
    return () -> {
      double[] sums = new double[Math.toIntExact(dx.elements())];
      outputs(
          s,
          (b, o, i, j) -> {
            double g = dy.get(s.outAt(b, o, i, j));
            taps(s, b, o, i, j, (xAt, wAt) -> sums[(int) xAt] += g * w.get(wAt));
          });
      store(sums, dx);
    };
  }

  public static Kernel referenceWeightGradient(
      ConvolutionShape s, Slice x, Slice dy, Slice dw, Optional<Slice> db) {
    return () -> {
      double[] sums = new double[Math.toIntExact(dw.elements())];
      double[] rows = new double[s.out()];
      outputs(
          s,
          (b, o, i, j) -> {
            double g = dy.get(s.outAt(b, o, i, j));
            rows[o] += g;
            taps(s, b, o, i, j, (xAt, wAt) -> sums[(int) wAt] += g * x.get(xAt));
          });
      store(sums, dw);
      db.ifPresent(d -> store(rows, d));
    };
  }

  static void store(double[] sums, Slice to) {
    for (int i = 0; i < sums.length; i++) {
      to.set(i, sums[i]);
    }
  }

  /** A place of y. */
  private interface Place {
    void at(int b, int o, int i, int j);
  }

  /** An element of x and the weight that it is multiplied with. */
  private interface Tap {
    void at(long x, long w);
  }

  private static void outputs(ConvolutionShape s, Place place) {
    for (int b = 0; b < s.batch(); b++) {
      for (int o = 0; o < s.out(); o++) {
        for (int i = 0; i < s.y().out(); i++) {
          for (int j = 0; j < s.x().out(); j++) {
            place.at(b, o, i, j);
          }
        }
      }
    }
  }

  private static void taps(ConvolutionShape s, int b, int o, int i, int j, Tap tap) {
    int first = o / s.groupOut() * s.groupIn();
    for (int c = 0; c < s.groupIn(); c++) {
      for (int k = 0; k < s.y().kernel(); k++) {
        int row = s.y().place(i, k);
        for (int l = 0; l < s.x().kernel() && s.y().has(row); l++) {
          int column = s.x().place(j, l);
          if (s.x().has(column)) {
            long weight = (((long) o * s.groupIn() + c) * s.y().kernel() + k) * s.x().kernel() + l;
            tap.at(s.at(b, first + c, row, column), weight);
          }
        }
      }
    }
  }
}
