package dev.ballast.op;

import static dev.ballast.op.Ops.broadcastTo;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.equal;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.reshape;
import static dev.ballast.op.Ops.sum;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Reduction;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/** Folds over axes, which are counted from 0 and ascend; folded axes vanish or stay as 1. */
public sealed interface Reduce extends BuiltIn {

  /** Folds by sum, mean or maximum. */
  sealed interface Folding extends Reduce {
    List<Integer> axes();

    boolean keepDims();

    Reduction.Fold fold();

    @Override
    default List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      floating(x);
      for (int i = 0; i < axes().size(); i++) {
        int axis = axes().get(i);
        if (axis < 0 || axis >= x.shape().rank() || i > 0 && axis <= axes().get(i - 1)) {
          throw misfit("axes " + axes() + " do not fit " + x);
        }
      }
      return List.of(x.withShape(keepDims() ? kept(x.shape()) : dropped(x.shape())));
    }

    /** The shape with folded axes as 1. */
    default Shape kept(Shape s) {
      int[] d = s.dims();
      axes().forEach(a -> d[a] = 1);
      return Shape.of(d);
    }

    private Shape dropped(Shape s) {
      return Shape.of(
          IntStream.range(0, s.rank()).filter(a -> !axes().contains(a)).map(s::dim).toArray());
    }

    /** A tensor of the result's elements, repeated along the folded axes. */
    default Expr spread(Expr folded, Expr like) {
      Shape kept = kept(like.shape());
      return broadcastTo(reshape(folded, kept), like.shape());
    }

    @Override
    default long flops(List<TensorType> inputs) {
      return inputs.getFirst().elements();
    }

    @Override
    default Kernel bind(Slices s) {
      return Reduction.reduce(fold(), axes(), s.in(0), s.out());
    }

    @Override
    default Kernel reference(Slices s) {
      return Reduction.referenceReduce(fold(), axes(), s.in(0), s.out());
    }
  }

  /** y = Σ x; ∂y/∂x = 1. Keeps nothing. */
  record Sum(List<Integer> axes, boolean keepDims) implements Folding {
    public Sum {
      axes = List.copyOf(axes);
    }

    @Override
    public Reduction.Fold fold() {
      return Reduction.Fold.SUM;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, spread(b.dout(), b.in(0)));
    }
  }

  /** y = Σ x / n; ∂y/∂x = 1/n. Keeps nothing. */
  record Mean(List<Integer> axes, boolean keepDims) implements Folding {
    public Mean {
      axes = List.copyOf(axes);
    }

    @Override
    public Reduction.Fold fold() {
      return Reduction.Fold.MEAN;
    }

    @Override
    public void gradient(Backprop b) {
      double share = (double) b.out().type().elements() / b.in(0).type().elements();
      b.contribute(0, spread(mul(b.dout(), constant(b.dout(), share)), b.in(0)));
    }
  }

  /**
   * y = max x; the gradient goes to the largest, in equal parts where several are. Keeps input and
   * output.
   */
  record MaxOver(List<Integer> axes, boolean keepDims) implements Folding {
    public MaxOver {
      axes = List.copyOf(axes);
    }

    @Override
    public Reduction.Fold fold() {
      return Reduction.Fold.MAX;
    }

    @Override
    public void gradient(Backprop b) {
      Shape kept = kept(b.in(0).shape());
      Expr largest = equal(b.in(0), reshape(b.out(), kept));
      Expr share = div(reshape(b.dout(), kept), sum(largest, axes, true));
      b.contribute(0, mul(largest, share));
    }
  }

  /** The index (i32) of the largest element along one axis, the first of equals. No gradient. */
  record ArgMax(int axis) implements Reduce {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      Shape s = inputs.getFirst().shape();
      if (axis < 0 || axis >= s.rank()) {
        throw misfit("axis " + axis + " does not fit " + inputs.getFirst());
      }
      Shape rest =
          Shape.of(IntStream.range(0, s.rank()).filter(a -> a != axis).map(s::dim).toArray());
      return List.of(new TensorType(DType.I32, rest));
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public long flops(List<TensorType> inputs) {
      return inputs.getFirst().elements();
    }

    @Override
    public Kernel reference(Slices s) {
      return Reduction.argMax(axis, s.in(0), s.out());
    }
  }
}
