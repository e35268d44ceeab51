package dev.ballast.op;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vocabulary for writing graphs, to be imported statically: {@code relu(add(matmul(x, w), b))}.
 * Axes may be counted from the end.
 */
public final class Ops {
  private Ops() {}

  private static Expr apply(Op op, Expr... inputs) {
    return inputs[0].builder().apply(op, inputs);
  }

  /** A scalar constant in the dtype of {@code like}; it broadcasts. */
  public static Expr constant(Expr like, double value) {
    return like.builder().constant(Literal.scalar(like.type().dtype(), value));
  }

  public static Expr add(Expr a, Expr b) {
    return apply(new Binary.Add(), a, b);
  }

  public static Expr sub(Expr a, Expr b) {
    return apply(new Binary.Sub(), a, b);
  }

  public static Expr mul(Expr a, Expr b) {
    return apply(new Binary.Mul(), a, b);
  }

  public static Expr div(Expr a, Expr b) {
    return apply(new Binary.Div(), a, b);
  }

  public static Expr pow(Expr a, Expr b) {
    return apply(new Binary.Pow(), a, b);
  }

  public static Expr max(Expr a, Expr b) {
    return apply(new Binary.Max(), a, b);
  }

  public static Expr min(Expr a, Expr b) {
    return apply(new Binary.Min(), a, b);
  }

  /** 1 where a &lt; b, else 0. */
  public static Expr less(Expr a, Expr b) {
    return apply(new Binary.Less(), a, b);
  }

  /** 1 where a ≤ b, else 0. */
  public static Expr lessEqual(Expr a, Expr b) {
    return apply(new Binary.LessEqual(), a, b);
  }

  /** 1 where a &gt; b, else 0. */
  public static Expr greater(Expr a, Expr b) {
    return less(b, a);
  }

  /** 1 where a ≥ b, else 0. */
  public static Expr greaterEqual(Expr a, Expr b) {
    return lessEqual(b, a);
  }

  /** 1 where a = b, else 0. */
  public static Expr equal(Expr a, Expr b) {
    return apply(new Binary.Equal(), a, b);
  }

  /** 1 where a ≠ b, else 0. */
  public static Expr notEqual(Expr a, Expr b) {
    return sub(constant(a, 1), equal(a, b));
  }

  /** {@code a} where the condition is not 0, else {@code b}. */
  public static Expr select(Expr condition, Expr a, Expr b) {
    return apply(new Selection.Select(), condition, a, b);
  }

  public static Expr neg(Expr x) {
    return apply(new Unary.Neg(), x);
  }

  public static Expr abs(Expr x) {
    return apply(new Unary.Abs(), x);
  }

  public static Expr sqrt(Expr x) {
    return apply(new Unary.Sqrt(), x);
  }

  public static Expr square(Expr x) {
    return mul(x, x);
  }

  public static Expr exp(Expr x) {
    return apply(new Unary.Exp(), x);
  }

  public static Expr log(Expr x) {
    return apply(new Unary.Log(), x);
  }

  public static Expr sin(Expr x) {
    return apply(new Unary.Sin(), x);
  }

  public static Expr cos(Expr x) {
    return apply(new Unary.Cos(), x);
  }

  public static Expr sigmoid(Expr x) {
    return apply(new Unary.Sigmoid(), x);
  }

  public static Expr tanh(Expr x) {
    return apply(new Unary.Tanh(), x);
  }

  public static Expr relu(Expr x) {
    return apply(new Unary.Relu(), x);
  }

  public static Expr softplus(Expr x) {
    return apply(new Unary.Softplus(), x);
  }

  public static Expr erf(Expr x) {
    return apply(new Unary.Erf(), x);
  }

  public static Expr gelu(Expr x) {
    return apply(new Unary.Gelu(), x);
  }

  /** Σ over the axes. */
  public static Expr sum(Expr x, List<Integer> axes, boolean keepDims) {
    return apply(new Reduce.Sum(normalized(x, axes), keepDims), x);
  }

  /** Σ over everything: a scalar. */
  public static Expr sum(Expr x) {
    return sum(x, all(x), false);
  }

  /** The mean over the axes. */
  public static Expr mean(Expr x, List<Integer> axes, boolean keepDims) {
    return apply(new Reduce.Mean(normalized(x, axes), keepDims), x);
  }

  /** The mean over everything: a scalar. */
  public static Expr mean(Expr x) {
    return mean(x, all(x), false);
  }

  /** The largest over the axes. */
  public static Expr reduceMax(Expr x, List<Integer> axes, boolean keepDims) {
    return apply(new Reduce.MaxOver(normalized(x, axes), keepDims), x);
  }

  /** The index of the largest along an axis, i32. */
  public static Expr argMax(Expr x, int axis) {
    return apply(new Reduce.ArgMax(x.shape().axis(axis)), x);
  }

  /** a[…,M,K] · b[…,K,N]. */
  public static Expr matmul(Expr a, Expr b) {
    return matmul(a, b, false, false);
  }

  /**
   * a · b with either side read transposed. Where {@code b} is a matrix and {@code a} has leading
   * dimensions, they are folded into its rows: one large product instead of many, at no cost.
   */
  public static Expr matmul(Expr a, Expr b, boolean transposeA, boolean transposeB) {
    int rank = a.shape().rank();
    boolean folds = !transposeA && rank > 2 && b.shape().rank() == 2;
    // What does not fit is left to the op, which complains of the operands as they were given.
    boolean fits =
        folds
            && a.type().dtype() == b.type().dtype()
            && a.shape().dim(-1) == b.shape().dim(transposeB ? -1 : -2);
    if (!fits) {
      return apply(new Product.MatMul(transposeA, transposeB), a, b);
    }
    Expr rows = apply(new Move.Reshape(List.of(-1, a.shape().dim(-1))), a);
    Expr product = apply(new Product.MatMul(false, transposeB), rows, b);
    List<Integer> dims = new ArrayList<>(List.of(-1));
    IntStream.range(1, rank - 1).forEach(i -> dims.add(a.shape().dim(i)));
    dims.add(product.shape().dim(-1));
    return apply(new Move.Reshape(dims), product);
  }

  /** Reorders the axes. */
  public static Expr transpose(Expr x, List<Integer> permutation) {
    return apply(new Move.Transpose(permutation), x);
  }

  /** Swaps the last two axes. */
  public static Expr transpose(Expr x) {
    List<Integer> p = new ArrayList<>(all(x));
    if (p.size() < 2) {
      return x;
    }
    p.add(p.size() - 2, p.removeLast());
    return transpose(x, p);
  }

  /** The same elements under another shape. */
  public static Expr reshape(Expr x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    return reshape(x, shape.dims());
  }

  /** The same elements under another shape; one dimension may be −1. */
  public static Expr reshape(Expr x, int... dims) {
    return apply(new Move.Reshape(IntStream.of(dims).boxed().toList()), x);
  }

  /** All axes but the first folded into one. */
  public static Expr flatten(Expr x) {
    return reshape(x, -1, Math.toIntExact(x.shape().elements() / x.shape().dim(0)));
  }

  /** The tensor written out in a larger shape. */
  public static Expr broadcastTo(Expr x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    return apply(new Move.BroadcastTo(IntStream.of(shape.dims()).boxed().toList()), x);
  }

  /** Sums over the places that broadcasting repeated: the transpose of {@link #broadcastTo}. */
  public static Expr sumTo(Expr x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    int extra = x.shape().rank() - shape.rank();
    List<Integer> axes =
        IntStream.range(0, x.shape().rank())
            .filter(a -> a < extra || shape.dim(a - extra) == 1 && x.shape().dim(a) != 1)
            .boxed()
            .toList();
    return reshape(axes.isEmpty() ? x : sum(x, axes, false), shape);
  }

  /** The places {@code from} to {@code to} (exclusive) along an axis. */
  public static Expr slice(Expr x, int axis, int from, int to) {
    return apply(new Move.Slice(x.shape().axis(axis), from, to), x);
  }

  /** Zeros before and after along an axis. */
  public static Expr pad(Expr x, int axis, int before, int after) {
    return apply(new Move.Pad(x.shape().axis(axis), before, after), x);
  }

  /** The tensors one after the other along an axis. */
  public static Expr concat(int axis, Expr... xs) {
    return apply(new Move.Concat(xs[0].shape().axis(axis)), xs);
  }

  public static Expr cast(Expr x, DType to) {
    return x.type().dtype() == to ? x : apply(new Move.Cast(to), x);
  }

  /** x at the indices along an axis. */
  public static Expr gather(Expr x, Expr indices, int axis) {
    return apply(new Index.Gather(x.shape().axis(axis)), x, indices);
  }

  /** Rows of zeros with a 1 where the index says. */
  public static Expr oneHot(Expr indices, int classes, DType dtype) {
    return apply(new Index.OneHot(classes, dtype), indices);
  }

  /** Probabilities over the last axis. */
  public static Expr softmax(Expr x) {
    return apply(new Classify.Softmax(), x);
  }

  /** Logarithms of the probabilities over the last axis. */
  public static Expr logSoftmax(Expr x) {
    return apply(new Classify.LogSoftmax(), x);
  }

  /** The loss of each row of scores under its integer label. */
  public static Expr crossEntropy(Expr scores, Expr labels) {
    return apply(new Classify.CrossEntropy(), scores, labels);
  }

  /** Mean over everything of (a − b)². */
  public static Expr meanSquaredError(Expr a, Expr b) {
    return mean(square(sub(a, b)));
  }

  /**
   * Each element's −y ln σ(x) − (1−y) ln(1 − σ(x)), written with softplus so that neither logarithm
   * sees 0 and nothing cancels.
   */
  public static Expr binaryCrossEntropy(Expr x, Expr y) {
    return add(mul(y, softplus(neg(x))), mul(sub(constant(y, 1), y), softplus(x)));
  }

  /** Zeroes elements at random; see {@link Regularize.Dropout}. */
  public static Expr dropout(Expr x, Expr counter, double rate, long stream) {
    return apply(new Regularize.Dropout(rate, stream), x, counter);
  }

  /** New content {@code value} for {@code target}, to be given to {@code GraphBuilder.update}. */
  public static Expr assign(Expr target, Expr value) {
    return apply(new Update.Assign(), target, value);
  }

  private static List<Integer> all(Expr x) {
    return IntStream.range(0, x.shape().rank()).boxed().toList();
  }

  private static List<Integer> normalized(Expr x, List<Integer> axes) {
    return axes.stream().map(x.shape()::axis).sorted().toList();
  }
}
