package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Folds a tensor along some of its axes. The results have one element for each kept place. */
public final class Reduction {
  /** How elements are folded. */
  public enum Fold {
    SUM,
    MEAN,
    MAX
  }

  private Reduction() {}

  /** Folds {@code in} over the axes, which are counted from 0. */
  public static Kernel reduce(Fold fold, List<Integer> axes, Slice in, Slice out) {
    if (!FloatLoops.serves(in, out) || axes.isEmpty() || in.elements() == out.elements()) {
      return referenceReduce(fold, axes, in, out);
    }
    Shape s = in.type().shape();
    Odometer kept = walk(s, axes, false);
    Odometer folded = walk(s, axes, true);
    double scale = fold == Fold.MEAN ? (double) out.elements() / in.elements() : 1.0;
    int variant = fold == Fold.MAX ? ReduceLoop.MAX : 0;
    ReduceKernels loops = FloatLoops.loop(ReduceKernels.class, ReduceLoop.class, variant);
    boolean rows = folded.innerStride(0) == 1;
    return Warmed.of(
        bind(loops, kept, folded, scale, in, out),
        new Code(variant, rows),
        n -> small(loops, rows, n));
  }

  /** Which code a fold runs. */
  private record Code(int variant, boolean rows) {}

  private static Kernel bind(
      ReduceKernels loops, Odometer kept, Odometer folded, double scale, Slice in, Slice out) {
    return folded.innerStride(0) == 1
        ? loops.rows(kept, folded, scale, in, out)
        : loops.columns(kept, folded, scale, in, out);
  }

  /** Two axes are folded: the first line for a result is stored, the others are added to it. */
  private static Kernel small(ReduceKernels loops, boolean rows, int n) {
    Shape s = Shape.of(2, 3, 2, n);
    List<Integer> axes = rows ? List.of(1, 3) : List.of(0, 2);
    Slice out = Warmed.floats(rows ? 4 : 3 * n);
    Slice in = Warmed.floats(s.dims());
    return bind(loops, walk(s, axes, false), walk(s, axes, true), 0.5, in, out);
  }

  /** Kernels over the places kept and the places folded into each, both of {@code in}. */
  interface ReduceKernels {
    /** Where neighbours in memory are folded together. */
    Kernel rows(Odometer kept, Odometer folded, double scale, Slice in, Slice out);

    /** Where neighbours in memory are kept apart. */
    Kernel columns(Odometer kept, Odometer folded, double scale, Slice in, Slice out);
  }

  /** Walks over the axes folded, or over those kept. */
  private static Odometer walk(Shape s, List<Integer> axes, boolean over) {
    int[] chosen =
        IntStream.range(0, s.rank()).filter(axis -> axes.contains(axis) == over).toArray();
    long[] strides = s.strides();
    return new Odometer(
        Shape.of(IntStream.of(chosen).map(s::dim).toArray()),
        IntStream.of(chosen).mapToLong(axis -> strides[axis]).toArray());
  }

  /** The index of the largest element along an axis; the first of equals. */
  public static Kernel argMax(int axis, Slice in, Slice out) {
    Shape s = in.type().shape();
    int n = s.dim(axis);
    long inner = s.strides()[axis];
    long outer = in.elements() / n / inner;
    return () -> {
      for (long o = 0; o < outer; o++) {
        for (long i = 0; i < inner; i++) {
          long start = o * n * inner + i;
          int best = 0;
          for (int k = 1; k < n; k++) {
            if (in.get(start + k * inner) > in.get(start + best * inner)) {
              best = k;
            }
          }
          out.setLong(o * inner + i, best);
        }
      }
    };
  }

  public static Kernel referenceReduce(Fold fold, List<Integer> axes, Slice in, Slice out) {
    Shape s = in.type().shape();
    Odometer kept = walk(s, axes, false);
    Odometer folded = walk(s, axes, true);
    double scale = fold == Fold.MEAN ? (double) out.elements() / in.elements() : 1.0;
    return () -> {
      kept.reset();
      long at = 0;
      do {
        for (int i = 0; i < kept.innerLength(); i++, at++) {
          long start = kept.offset(0) + i * kept.innerStride(0);
          out.set(at, scale * fold(fold, in, start, folded));
        }
      } while (kept.next());
    };
  }

  private static double fold(Fold fold, Slice in, long start, Odometer folded) {
    double acc = fold == Fold.MAX ? Double.NEGATIVE_INFINITY : 0;
    folded.reset();
    do {
      for (int j = 0; j < folded.innerLength(); j++) {
        double v = in.get(start + folded.offset(0) + j * folded.innerStride(0));
        acc = fold == Fold.MAX ? Math.max(acc, v) : acc + v;
      }
    } while (folded.next());
    return acc;
  }
}
