package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Two-dimensional convolutions y = x ⋆ w and their gradients; shapes at {@link ConvolutionShape}.
 */
public final class Convolution {
  private Convolution() {}

  /** y[b,o,i,j] = bias[o] + Σ x[b,c,i·s+k·d−p,j·s+l·d−p] · w[o,c,k,l]. */
  public static Kernel forward(
      ConvolutionShape s,
      Slice x,
      Slice w,
      Optional<Slice> bias,
      Slice y,
      MemorySegment workspace) {
    boolean plain =
        !FloatLoops.allFloat(x, w, y) || bias.isPresent() && !FloatLoops.allFloat(bias.get());
    if (plain) {
      return referenceForward(s, x, w, bias, y);
    }
    return GatherConvolution.forward(
        s, x, w, y, bias.map(Slice::memory).orElse(MemorySegment.NULL));
  }

  /** dx[b,c,…] = Σ dy[b,o,…] · w[o,c,k,l] over all places of y that x's place is part of. */
  public static Kernel inputGradient(ConvolutionShape s, Slice dy, Slice w, Slice dx) {
    return FloatLoops.allFloat(dy, w, dx)
        ? GatherConvolution.backward(s, dy, w, dx)
        : referenceInputGradient(s, dy, w, dx);
  }

  /** dw[o,c,k,l] = Σ dy[b,o,i,j] · x[b,c,i·s+k·d−p,j·s+l·d−p] over images and places. */
  public static Kernel weightGradient(
      ConvolutionShape s, Slice x, Slice dy, Slice dw, MemorySegment workspace) {
    return FloatLoops.allFloat(x, dy, dw)
        ? new CorrelationGradient(s, x, dy, dw, workspace)
        : referenceWeightGradient(s, x, dy, dw);
  }

  /** Bytes that {@link #weightGradient} wants of its workspace. */
  public static long weightGradientBytes(ConvolutionShape s) {
    return CorrelationGradient.workspaceBytes(s);
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

  public static Kernel referenceWeightGradient(ConvolutionShape s, Slice x, Slice dy, Slice dw) {
    return () -> {
      double[] sums = new double[Math.toIntExact(dw.elements())];
      outputs(
          s,
          (b, o, i, j) -> {
            double g = dy.get(s.outAt(b, o, i, j));
            taps(s, b, o, i, j, (xAt, wAt) -> sums[(int) wAt] += g * x.get(xAt));
          });
      store(sums, dw);
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
