package dev.ballast.kernel;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.IntFunction;

/** Functions of whole rows: a tensor of {@code B} rows of {@code C} classes, innermost last. */
public final class Rows {
  /** The same kernels, on floats. */
  interface RowKernels {
    Kernel softmax(Slice x, Slice out);

    Kernel causalSoftmax(Slice x, Slice out);

    Kernel logSoftmax(Slice x, Slice out);

    Kernel crossEntropy(Slice x, Slice labels, Slice loss);

    Kernel crossEntropyGradient(Slice x, Slice labels, Slice dloss, Slice dx);

    Kernel crossEntropyWithGradient(Slice x, Slice labels, Slice dloss, Slice loss, Slice dx);
  }

  private Rows() {}

  /** {@code out[b,c] = e^x[b,c] / Σ_c e^x[b,c]}, stable: the row's largest is subtracted first. */
  public static Kernel softmax(Slice x, Slice out) {
    return FloatLoops.serves(x, out)
        ? warmed(
            Code.SOFTMAX,
            loops().softmax(x, out),
            n -> loops().softmax(Warmed.floats(4, n), Warmed.floats(4, n)))
        : referenceSoftmax(x, out);
  }

  /**
   * The softmax of the columns up to t + C − T in row t of each T × C matrix, zeros behind them.
   */
  public static Kernel causalSoftmax(Slice x, Slice out) {
    return FloatLoops.serves(x, out)
        ? warmed(Code.CAUSAL_SOFTMAX, loops().causalSoftmax(x, out), Rows::smallCausalSoftmax)
        : referenceCausalSoftmax(x, out);
  }

  /** {@code out[b,c] = x[b,c] − log Σ_c e^x[b,c]}. */
  public static Kernel logSoftmax(Slice x, Slice out) {
    return FloatLoops.serves(x, out)
        ? warmed(
            Code.LOG_SOFTMAX,
            loops().logSoftmax(x, out),
            n -> loops().logSoftmax(Warmed.floats(4, n), Warmed.floats(4, n)))
        : referenceLogSoftmax(x, out);
  }

  /** {@code loss[b] = log Σ_c e^x[b,c] − x[b,labels[b]]}. */
  public static Kernel crossEntropy(Slice x, Slice labels, Slice loss) {
    return FloatLoops.serves(x, loss)
        ? warmed(Code.CROSS_ENTROPY, loops().crossEntropy(x, labels, loss), Rows::smallCrossEntropy)
        : referenceCrossEntropy(x, labels, loss);
  }

  /** {@code dx[b,c] = (softmax(x)[b,c] − [c = labels[b]]) · dloss[b]}. */
  public static Kernel crossEntropyGradient(Slice x, Slice labels, Slice dloss, Slice dx) {
    return FloatLoops.serves(x, dloss, dx)
        ? warmed(
            Code.CROSS_ENTROPY_GRADIENT,
            loops().crossEntropyGradient(x, labels, dloss, dx),
            Rows::smallCrossEntropyGradient)
        : referenceCrossEntropyGradient(x, labels, dloss, dx);
  }

  /** Both of the above, in one pass over the scores; {@code dx} may lie over {@code x}. */
  public static Kernel crossEntropyWithGradient(
      Slice x, Slice labels, Slice dloss, Slice loss, Slice dx) {
    if (!FloatLoops.serves(x, dloss, loss, dx)) {
      return referenceCrossEntropyWithGradient(x, labels, dloss, loss, dx);
    }
    return warmed(
        Code.CROSS_ENTROPY_WITH_GRADIENT,
        loops().crossEntropyWithGradient(x, labels, dloss, loss, dx),
        Rows::smallCrossEntropyWithGradient);
  }

  private static RowKernels loops() {
    return FloatLoops.loop(RowKernels.class, RowLoops.class);
  }

  /** Which code is warm. */
  private enum Code {
    SOFTMAX,
    CAUSAL_SOFTMAX,
    LOG_SOFTMAX,
    CROSS_ENTROPY,
    CROSS_ENTROPY_GRADIENT,
    CROSS_ENTROPY_WITH_GRADIENT
  }

  private static Kernel warmed(Code code, Kernel kernel, IntFunction<Kernel> alike) {
    return Warmed.of(kernel, code, alike);
  }

  private static Kernel smallCausalSoftmax(int c) {
    return loops()
        .causalSoftmax(Warmed.floats(2, Math.min(c, 4), c), Warmed.floats(2, Math.min(c, 4), c));
  }

  private static Kernel smallCrossEntropy(int c) {
    return loops().crossEntropy(Warmed.floats(4, c), smallLabels(), Warmed.floats(4));
  }

  private static Kernel smallCrossEntropyGradient(int c) {
    return loops()
        .crossEntropyGradient(
            Warmed.floats(4, c), smallLabels(), Warmed.floats(4), Warmed.floats(4, c));
  }

  private static Kernel smallCrossEntropyWithGradient(int c) {
    return loops()
        .crossEntropyWithGradient(
            Warmed.floats(4, c),
            smallLabels(),
            Warmed.floats(4),
            Warmed.floats(4),
            Warmed.floats(4, c));
  }

  private static Slice smallLabels() {
    return Slice.allocate(TensorType.i32(4), Arena.ofAuto());
  }

  public static Kernel referenceSoftmax(Slice x, Slice out) {
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long row = 0; row < x.elements(); row += c) {
        double lse = logSumExp(x, row, c);
        for (long i = row; i < row + c; i++) {
          out.set(i, StrictMath.exp(x.get(i) - lse));
        }
      }
    };
  }

  public static Kernel referenceCausalSoftmax(Slice x, Slice out) {
    int rows = x.type().shape().dim(-2);
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long row = 0; row < x.elements() / c; row++) {
        long start = row * c;
        int seen = c - rows + 1 + (int) (row % rows);
        double lse = logSumExp(x, start, seen);
        for (int i = 0; i < c; i++) {
          out.set(start + i, i < seen ? StrictMath.exp(x.get(start + i) - lse) : 0);
        }
      }
    };
  }

  public static Kernel referenceLogSoftmax(Slice x, Slice out) {
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long row = 0; row < x.elements(); row += c) {
        double lse = logSumExp(x, row, c);
        for (long i = row; i < row + c; i++) {
          out.set(i, x.get(i) - lse);
        }
      }
    };
  }

  public static Kernel referenceCrossEntropy(Slice x, Slice labels, Slice loss) {
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long b = 0; b < loss.elements(); b++) {
        loss.set(b, logSumExp(x, b * c, c) - x.get(b * c + label(labels, b, c)));
      }
    };
  }

  public static Kernel referenceCrossEntropyGradient(Slice x, Slice labels, Slice dloss, Slice dx) {
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long b = 0; b < dloss.elements(); b++) {
        double lse = logSumExp(x, b * c, c);
        int label = label(labels, b, c);
        double g = dloss.get(b);
        for (int i = 0; i < c; i++) {
          double p = StrictMath.exp(x.get(b * c + i) - lse);
          dx.set(b * c + i, (i == label ? p - 1 : p) * g);
        }
      }
    };
  }

  public static Kernel referenceCrossEntropyWithGradient(
      Slice x, Slice labels, Slice dloss, Slice loss, Slice dx) {
    return Movement.sequence(
        List.of(
            referenceCrossEntropy(x, labels, loss),
            referenceCrossEntropyGradient(x, labels, dloss, dx)));
  }

  /** The label of row {@code b}, checked. */
  static int label(Slice labels, long b, int classes) {
    long label = labels.getLong(b);
    if (label < 0 || label >= classes) {
      throw new IndexOutOfBoundsException(
          "cross_entropy: label " + label + " at row " + b + " is not in [0, " + classes + ")");
    }
    return (int) label;
  }

  private static double logSumExp(Slice x, long row, int c) {
    double max = Double.NEGATIVE_INFINITY;
    for (long i = row; i < row + c; i++) {
      max = Math.max(max, x.get(i));
    }
    if (Double.isInfinite(max)) {
      return max;
    }
    double sum = 0;
    for (long i = row; i < row + c; i++) {
      sum += StrictMath.exp(x.get(i) - max);
    }
    return max + StrictMath.log(sum);
  }
}
