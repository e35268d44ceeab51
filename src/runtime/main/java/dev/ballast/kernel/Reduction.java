package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.util.List;

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
    return referenceReduce(fold, axes, in, out);
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
    long[] own = s.strides();
    int[] keptDims = new int[s.rank() - axes.size()];
    long[] keptStrides = new long[keptDims.length];
    int[] foldDims = new int[axes.size()];
    long[] foldStrides = new long[axes.size()];
    int k = 0;
    int f = 0;
    for (int axis = 0; axis < s.rank(); axis++) {
      if (axes.contains(axis)) {
        foldDims[f] = s.dim(axis);
        foldStrides[f++] = own[axis];
      } else {
        keptDims[k] = s.dim(axis);
        keptStrides[k++] = own[axis];
      }
    }
    Odometer kept = new Odometer(Shape.of(keptDims), keptStrides);
    Odometer folded = new Odometer(Shape.of(foldDims), foldStrides);
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
