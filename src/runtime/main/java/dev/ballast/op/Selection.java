package dev.ballast.op;

import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.select;
import static dev.ballast.op.Ops.sumTo;

import dev.ballast.ir.Backprop;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** Choosing between two tensors, element by element. */
public sealed interface Selection extends BuiltIn {

  /**
   * d = c ≠ 0 ? a : b, broadcast; ∂d/∂a = [c ≠ 0], ∂d/∂b = [c = 0]. Keeps the condition. Reads only
   * the chosen side, so that a NaN on the other does no harm.
   */
  record Select() implements Selection {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(3, inputs);
      TensorType a = inputs.get(1);
      TensorType b = inputs.get(2);
      if (a.dtype() != b.dtype()) {
        throw misfit("dtypes differ: " + a + " and " + b);
      }
      try {
        Shape ab = Shape.broadcast(a.shape(), b.shape());
        return List.of(a.withShape(Shape.broadcast(inputs.getFirst().shape(), ab)));
      } catch (ShapeException e) {
        throw misfit(e.getMessage());
      }
    }

    @Override
    public void gradient(Backprop b) {
      var zero = constant(b.dout(), 0);
      b.contribute(1, sumTo(select(b.in(0), b.dout(), zero), b.in(1).shape()));
      b.contribute(2, sumTo(select(b.in(0), zero, b.dout()), b.in(2).shape()));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return overInputsOfSameType(inputs);
    }

    @Override
    public Kernel bind(Slices s) {
      return Elementwise.select(s.in(0), s.in(1), s.in(2), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Elementwise.referenceSelect(s.in(0), s.in(1), s.in(2), s.out());
    }
  }
}
