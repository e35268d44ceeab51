package dev.ballast.op;

import static dev.ballast.op.Ops.gather;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Indexing;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * Reading and writing at indices, which are checked when the kernel runs: one out of range throws
 * {@link IndexOutOfBoundsException} and names its position.
 */
public sealed interface Index extends BuiltIn {

  /**
   * out[…, i…, …] = x[…, indices[i…], …]: the axis is replaced by the shape of the indices. ∂L/∂x
   * adds each ∂L/∂out where it was read. Keeps the indices.
   */
  record Gather(int axis) implements Index {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType x = inputs.getFirst();
      integral(inputs.getLast());
      if (axis < 0 || axis >= x.shape().rank()) {
        throw misfit("axis " + axis + " does not fit " + x);
      }
      Shape outer = x.shape().slice(0, axis);
      Shape inner = x.shape().slice(axis + 1, x.shape().rank());
      return List.of(x.withShape(outer.append(inputs.getLast().shape()).append(inner)));
    }

    @Override
    public void gradient(Backprop b) {
      int size = b.in(0).shape().dim(axis);
      Expr dx = b.dout().builder().apply(new ScatterAdd(axis, size), b.dout(), b.in(1));
      b.contribute(0, dx);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 0;
    }

    @Override
    public Kernel reference(Slices s) {
      return Indexing.gather(axis, s.in(0), s.in(1), s.out());
    }
  }

  /**
   * Zeros of {@code size} places along the axis, to which updates are added where the indices say:
   * the transpose of {@link Gather}, which is also its gradient rule. Keeps the indices.
   */
  record ScatterAdd(int axis, int size) implements Index {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType updates = inputs.getFirst();
      Shape indices = inputs.getLast().shape();
      integral(inputs.getLast());
      int end = axis + indices.rank();
      boolean fits =
          axis >= 0
              && size >= 1
              && end <= updates.shape().rank()
              && updates.shape().slice(axis, end).equals(indices);
      if (!fits) {
        throw misfit("updates " + updates + " do not carry " + indices + " at axis " + axis);
      }
      Shape inner = updates.shape().slice(end, updates.shape().rank());
      return List.of(
          updates.withShape(updates.shape().slice(0, axis).append(Shape.of(size)).append(inner)));
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, gather(b.dout(), b.in(1), axis));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return inputs.getFirst().elements();
    }

    @Override
    public Kernel reference(Slices s) {
      return Indexing.scatterAdd(axis, s.in(0), s.in(1), s.out());
    }
  }

  /** out[i…, c] = [indices[i…] = c]. Piecewise constant: no gradient. */
  record OneHot(int classes, DType dtype) implements Index {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      integral(inputs.getFirst());
      return List.of(new TensorType(dtype, inputs.getFirst().shape().append(Shape.of(classes))));
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public long flops(List<TensorType> inputs) {
      return 0;
    }

    @Override
    public Kernel reference(Slices s) {
      return Indexing.oneHot(s.in(0), s.out());
    }
  }
}
