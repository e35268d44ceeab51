package dev.ballast.op;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.mean;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.RowMoments;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** Rows, along the last axis, brought to one level and one scale. */
public sealed interface Normalize extends BuiltIn {

  /**
   * y = (x − mean) · r of each row, and r[…,1] = 1/√(variance + ε), the variance that of the whole
   * row (Ba, Kiros and Hinton 2016). With n elements a row, g = ∂L/∂y and d = ∂L/∂r, ∂L/∂x = r · (g
   * − mean(g) − y · (mean(g ⊙ y) + d · r / n)). Keeps both results and not x.
   */
  record Rows(double epsilon) implements Normalize {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      floating(x);
      if (x.shape().rank() < 1) {
        throw misfit("needs rows, not " + x);
      }
      if (!(epsilon > 0)) {
        throw misfit("ε must be above 0, not " + epsilon);
      }
      return List.of(x, x.withShape(x.shape().withDim(-1, 1)));
    }

    @Override
    public void gradient(Backprop b) {
      Expr y = b.out();
      Expr r = b.results().getLast();
      Expr g = b.dout();
      Shape s = y.shape();
      List<Integer> row = List.of(s.rank() - 1);
      Expr ofScale = mul(mul(b.douts().getLast(), r), constant(r, 1.0 / s.dim(-1)));
      Expr along = mul(y, add(mean(mul(g, y), row, true), ofScale));
      b.contribute(0, mul(r, sub(sub(g, mean(g, row, true)), along)));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 6 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public Kernel bind(Slices s) {
      return RowMoments.normalize(epsilon, s.in(0), s.out(), s.out(1));
    }

    @Override
    public Kernel reference(Slices s) {
      return RowMoments.referenceNormalize(epsilon, s.in(0), s.out(), s.out(1));
    }
  }
}
