package dev.ballast.op;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.equal;
import static dev.ballast.op.Ops.less;
import static dev.ballast.op.Ops.log;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.neg;
import static dev.ballast.op.Ops.pow;
import static dev.ballast.op.Ops.select;
import static dev.ballast.op.Ops.sub;
import static dev.ballast.op.Ops.sumTo;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Value;
import dev.ballast.kernel.BinaryFunction;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * c = f(a, b), element by element, broadcast as NumPy does. A broadcast operand was used once for
 * each place it was read at, so its gradient is the sum over those places.
 */
public sealed interface Binary extends BuiltIn {
  /** f, as kernels know it. */
  BinaryFunction function();

  @Override
  default List<TensorType> infer(List<TensorType> inputs) {
    arity(2, inputs);
    TensorType a = inputs.getFirst();
    TensorType b = inputs.getLast();
    if (a.dtype() != b.dtype()) {
      throw misfit("dtypes differ: " + a + " and " + b);
    }
    try {
      return List.of(a.withShape(Shape.broadcast(a.shape(), b.shape())));
    } catch (ShapeException e) {
      throw misfit(e.getMessage());
    }
  }

  @Override
  default List<InPlace> inPlace(List<TensorType> inputs) {
    return overInputsOfSameType(inputs);
  }

  @Override
  default Kernel bind(Slices s) {
    return Elementwise.binary(function(), s.in(0), s.in(1), s.out());
  }

  @Override
  default Kernel reference(Slices s) {
    return Elementwise.referenceBinary(function(), s.in(0), s.in(1), s.out());
  }

  private static void contribute(Backprop b, int i, Expr full) {
    b.contribute(i, sumTo(full, b.in(i).shape()));
  }

  /** c = a + b; ∂c/∂a = ∂c/∂b = 1. Keeps nothing. */
  record Add() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.ADD;
    }

    @Override
    public void gradient(Backprop b) {
      contribute(b, 0, b.dout());
      contribute(b, 1, b.dout());
    }
  }

  /** c = a − b; ∂c/∂a = 1, ∂c/∂b = −1. Keeps nothing. */
  record Sub() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.SUB;
    }

    @Override
    public void gradient(Backprop b) {
      contribute(b, 0, b.dout());
      contribute(b, 1, neg(b.dout()));
    }
  }

  /** c = ab; ∂c/∂a = b, ∂c/∂b = a. Keeps both inputs. */
  record Mul() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.MUL;
    }

    @Override
    public void gradient(Backprop b) {
      contribute(b, 0, mul(b.dout(), b.in(1)));
      contribute(b, 1, mul(b.dout(), b.in(0)));
    }
  }

  /** c = a / b; ∂c/∂a = 1/b, ∂c/∂b = −c/b. Keeps b and the output. */
  record Div() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.DIV;
    }

    @Override
    public void gradient(Backprop b) {
      Expr da = div(b.dout(), b.in(1));
      contribute(b, 0, da);
      contribute(b, 1, neg(mul(da, b.out())));
    }
  }

  /**
   * c = aᵇ; ∂c/∂a = b·a^(b−1), and 0 at 0⁰; ∂c/∂b = c·ln a, and 0 where a is 0. Keeps both inputs
   * and the output.
   */
  record Pow() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.POW;
    }

    @Override
    public void gradient(Backprop b) {
      Expr zero = constant(b.dout(), 0);
      Expr one = constant(b.dout(), 1);
      Expr isZero = equal(b.in(0), zero);
      Expr lower = sub(b.in(1), one);
      // At 0⁰ the product would be 0 · ∞: there the power is 0¹, so that further derivatives hold.
      Expr atZero = mul(isZero, equal(b.in(1), zero));
      Expr exponent = isNeverZero(b.in(1)) ? lower : select(atZero, one, lower);
      contribute(b, 0, mul(b.dout(), mul(b.in(1), pow(b.in(0), exponent))));
      Expr slope = mul(b.out(), log(select(isZero, one, b.in(0))));
      contribute(b, 1, mul(b.dout(), select(isZero, zero, slope)));
    }

    private static boolean isNeverZero(Expr exponent) {
      return exponent.value() instanceof Value.Constant c
          && IntStream.range(0, (int) c.type().elements()).noneMatch(i -> c.literal().get(i) == 0);
    }
  }

  /** c = max(a, b); the gradient goes to the larger, half to each of equals. Keeps both inputs. */
  record Max() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.MAX;
    }

    @Override
    public void gradient(Backprop b) {
      split(b, b.in(1), b.in(0));
    }
  }

  /** c = min(a, b); the gradient goes to the smaller, half to each of equals. Keeps both inputs. */
  record Min() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.MIN;
    }

    @Override
    public void gradient(Backprop b) {
      split(b, b.in(0), b.in(1));
    }
  }

  private static void split(Backprop b, Expr lower, Expr higher) {
    Expr half = constant(b.dout(), 0.5);
    Expr first = add(less(lower, higher), mul(half, equal(lower, higher)));
    contribute(b, 0, mul(b.dout(), first));
    contribute(b, 1, mul(b.dout(), sub(constant(b.dout(), 1), first)));
  }

  /** c = [a &lt; b], 1 or 0 in the operands' type. Piecewise constant: no gradient. */
  record Less() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.LESS;
    }

    @Override
    public void gradient(Backprop b) {}
  }

  /** c = [a ≤ b], 1 or 0 in the operands' type. Piecewise constant: no gradient. */
  record LessEqual() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.LESS_EQUAL;
    }

    @Override
    public void gradient(Backprop b) {}
  }

  /** c = [a = b], 1 or 0 in the operands' type. Piecewise constant: no gradient. */
  record Equal() implements Binary {
    @Override
    public BinaryFunction function() {
      return BinaryFunction.EQUAL;
    }

    @Override
    public void gradient(Backprop b) {}
  }
}
