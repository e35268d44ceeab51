package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Randomness;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** Ops that make training harder so that its result is better. */
public sealed interface Regularize extends BuiltIn {

  /**
   * Zeroes each element with probability {@code rate} and scales the others by 1/(1 − rate)
   * (Srivastava et al. 2014, inverted). Which are zeroed is a function of the counter i64[2] =
   * (seed, step), of {@code stream} and of the element's index. So the rule is dropout itself:
   * ∂L/∂x = dropout(∂L/∂y) draws the same mask again. Keeps the counter alone.
   */
  record Dropout(double rate, long stream) implements Regularize {
    public Dropout {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("dropout: rate " + rate + " is not in [0, 1)");
      }
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      floating(inputs.getFirst());
      if (!inputs.getLast().equals(TensorType.i64(2))) {
        throw misfit("the counter must be i64[2], not " + inputs.getLast());
      }
      return List.of(inputs.getFirst());
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, b.dout().builder().apply(this, b.dout(), b.in(1)));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public Kernel reference(Slices s) {
      return Randomness.dropout(rate, stream, s.in(0), s.in(1), s.out());
    }
  }
}
