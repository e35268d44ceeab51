package dev.ballast.check;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.function.BiFunction;

/** Ops with right values and, on demand, a wrong gradient rule. */
final class WrongOps {
  private WrongOps() {}

  /** y = x³, with a rule as given: contribution from x and ∂L/∂y. */
  record Cube(BiFunction<Expr, Expr, Expr> rule) implements Op {
    @Override
    public String name() {
      return "test_cube_with_rule";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, rule.apply(b.in(0), b.dout()));
    }

    @Override
    public Kernel reference(Slices s) {
      return () -> {
        for (long i = 0; i < s.in(0).elements(); i++) {
          double x = s.in(0).get(i);
          s.out().set(i, x * x * x);
        }
      };
    }
  }

  /** y[B,N] = x[B,N] + b[N]: what {@code ops.Add} does, with the rule for b as given. */
  record AddRow(BiFunction<Expr, Shape, Expr> biasRule) implements Op {
    @Override
    public String name() {
      return "test_add_row";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return List.of(inputs.getFirst());
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, b.dout());
      b.contribute(1, biasRule.apply(b.dout(), b.in(1).shape()));
    }

    @Override
    public Kernel reference(Slices s) {
      return () -> {
        long n = s.in(1).elements();
        for (long i = 0; i < s.out().elements(); i++) {
          s.out().set(i, s.in(0).get(i) + s.in(1).get(i % n));
        }
      };
    }
  }

  /** y = max(x, 0) with a slope of our own where x is above 0 and one where it is not. */
  record Hinge(double above, double below) implements Op {
    @Override
    public String name() {
      return "test_hinge";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      Expr zero = Ops.constant(b.dout(), 0);
      Expr slope =
          Ops.select(
              Ops.less(zero, b.in(0)),
              Ops.constant(b.dout(), above),
              Ops.constant(b.dout(), below));
      b.contribute(0, Ops.mul(b.dout(), slope));
    }

    @Override
    public Kernel reference(Slices s) {
      return () -> {
        for (long i = 0; i < s.in(0).elements(); i++) {
          s.out().set(i, Math.max(0, s.in(0).get(i)));
        }
      };
    }
  }
}
