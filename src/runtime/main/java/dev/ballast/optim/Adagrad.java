package dev.ballast.optim;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.cast;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.sqrt;
import static dev.ballast.op.Ops.square;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Expr;
import java.util.Optional;

/**
 * Adagrad (Duchi, Hazan and Singer 2011) as torch.optim.Adagrad: s′ = s + g²; p′ = p − η_t g / (√s′
 * + ε), with η_t = η / (1 + (t−1)δ) at step t.
 *
 * @param rateDecay δ
 * @param initialSum what every sum starts from: it is added where the sum is read, since states
 *     start at 0
 */
public record Adagrad(
    double learningRate, double rateDecay, double weightDecay, double initialSum, double epsilon)
    implements Optimizer {
  public Adagrad {
    Range.notNegative("learning rate", learningRate);
    Range.notNegative("rate decay", rateDecay);
    Range.notNegative("weight decay", weightDecay);
    Range.notNegative("initial sum", initialSum);
    Range.notNegative("epsilon", epsilon);
  }

  /** torch.optim.Adagrad with its defaults. */
  public static Adagrad of(double learningRate) {
    return new Adagrad(learningRate, 0, 0, 0, 1e-10);
  }

  @Override
  public Adagrad withWeightDecay(double newWeightDecay) {
    return new Adagrad(learningRate, rateDecay, newWeightDecay, initialSum, epsilon);
  }

  @Override
  public boolean counts() {
    return rateDecay != 0;
  }

  @Override
  public void emit(ParameterStep s) {
    Expr g = s.penalized(weightDecay);
    Expr state = s.state("sum");
    Expr sum = s.updated(state, add(state, square(g)));
    Expr whole = initialSum == 0 ? sum : add(sum, s.number(initialSum));
    Expr direction = div(g, add(sqrt(whole), s.number(epsilon)));
    decayed(s).descend(direction);
  }

  private ParameterStep decayed(ParameterStep s) {
    if (rateDecay == 0) {
      return s;
    }
    Expr one = constant(s.rate(), 1);
    Expr before = sub(cast(s.count(), s.rate().type().dtype()), one);
    Expr rate = div(s.rate(), add(one, mul(before, constant(s.rate(), rateDecay))));
    return new ParameterStep(s.builder(), s.parameter(), s.gradient(), rate, Optional.empty());
  }
}
