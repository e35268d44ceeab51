package dev.ballast.op;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.cos;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.erf;
import static dev.ballast.op.Ops.exp;
import static dev.ballast.op.Ops.less;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.neg;
import static dev.ballast.op.Ops.select;
import static dev.ballast.op.Ops.sigmoid;
import static dev.ballast.op.Ops.sin;
import static dev.ballast.op.Ops.square;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.UnaryFunction;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** y = f(x), element by element. The gradient rule is ∂L/∂x = ∂L/∂y · f′(x). */
public sealed interface Unary extends BuiltIn {
  /** f, as kernels know it. */
  UnaryFunction function();

  /** f′(x), in terms of {@code b.in(0)} or, better, of {@code b.out()}. */
  Expr derivative(Backprop b);

  @Override
  default List<TensorType> infer(List<TensorType> inputs) {
    arity(1, inputs);
    floating(inputs.getFirst());
    return inputs;
  }

  @Override
  default void gradient(Backprop b) {
    b.contribute(0, mul(b.dout(), derivative(b)));
  }

  @Override
  default List<InPlace> inPlace(List<TensorType> inputs) {
    return overInputsOfSameType(inputs);
  }

  @Override
  default Kernel bind(Slices s) {
    return Elementwise.unary(function(), s.in(0), s.out());
  }

  @Override
  default Kernel reference(Slices s) {
    return Elementwise.referenceUnary(function(), s.in(0), s.out());
  }

  /** y = −x; y′ = −1. Keeps nothing. */
  record Neg() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.NEG;
    }

    @Override
    public Expr derivative(Backprop b) {
      return constant(b.dout(), -1);
    }
  }

  /** y = |x|; y′ = [x &gt; 0] − [x &lt; 0]. Keeps the input. */
  record Abs() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.ABS;
    }

    @Override
    public Expr derivative(Backprop b) {
      Expr zero = constant(b.dout(), 0);
      return sub(less(zero, b.in(0)), less(b.in(0), zero));
    }
  }

  /** y = √x; y′ = 1 / 2y. Keeps the output. */
  record Sqrt() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.SQRT;
    }

    @Override
    public Expr derivative(Backprop b) {
      return div(constant(b.dout(), 0.5), b.out());
    }
  }

  /** y = eˣ; y′ = y. Keeps the output. */
  record Exp() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.EXP;
    }

    @Override
    public Expr derivative(Backprop b) {
      return b.out();
    }
  }

  /** y = ln x; y′ = 1 / x. Keeps the input. */
  record Log() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.LOG;
    }

    @Override
    public Expr derivative(Backprop b) {
      return div(constant(b.dout(), 1), b.in(0));
    }
  }

  /** y = sin x; y′ = cos x. Keeps the input. */
  record Sin() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.SIN;
    }

    @Override
    public Expr derivative(Backprop b) {
      return cos(b.in(0));
    }
  }

  /** y = cos x; y′ = −sin x. Keeps the input. */
  record Cos() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.COS;
    }

    @Override
    public Expr derivative(Backprop b) {
      return neg(sin(b.in(0)));
    }
  }

  /** y = 1 / (1 + e⁻ˣ); y′ = y(1 − y). Keeps the output. */
  record Sigmoid() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.SIGMOID;
    }

    @Override
    public Expr derivative(Backprop b) {
      return mul(b.out(), sub(constant(b.dout(), 1), b.out()));
    }
  }

  /** y = tanh x; y′ = 1 − y². Keeps the output. */
  record Tanh() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.TANH;
    }

    @Override
    public Expr derivative(Backprop b) {
      return sub(constant(b.dout(), 1), square(b.out()));
    }
  }

  /** y = max(x, 0); y′ = [y &gt; 0], so 0 at 0, as in PyTorch. Keeps the output. */
  record Relu() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.RELU;
    }

    @Override
    public Expr derivative(Backprop b) {
      return less(constant(b.dout(), 0), b.out());
    }

    /** Selects, where the product with y′ would make ∞ · 0. */
    @Override
    public void gradient(Backprop b) {
      b.contribute(0, select(derivative(b), b.dout(), constant(b.dout(), 0)));
    }
  }

  /** y = ln(1 + eˣ); y′ = σ(x). Keeps the input. */
  record Softplus() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.SOFTPLUS;
    }

    @Override
    public Expr derivative(Backprop b) {
      return sigmoid(b.in(0));
    }
  }

  /** y = erf x; y′ = 2/√π · e^(−x²). Keeps the input. */
  record Erf() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.ERF;
    }

    @Override
    public Expr derivative(Backprop b) {
      return mul(constant(b.dout(), 2 / Math.sqrt(Math.PI)), exp(neg(square(b.in(0)))));
    }
  }

  /**
   * y = x Φ(x), Φ the normal distribution's (Hendrycks and Gimpel 2016, the exact form); y′ = Φ(x)
   * + x φ(x). Keeps the input.
   */
  record Gelu() implements Unary {
    @Override
    public UnaryFunction function() {
      return UnaryFunction.GELU;
    }

    @Override
    public Expr derivative(Backprop b) {
      Expr x = b.in(0);
      Expr half = constant(x, 0.5);
      Expr cdf = add(half, mul(half, erf(mul(x, constant(x, Math.sqrt(0.5))))));
      Expr density =
          mul(constant(x, 1 / Math.sqrt(2 * Math.PI)), exp(mul(constant(x, -0.5), square(x))));
      return add(cdf, mul(x, density));
    }
  }
}
