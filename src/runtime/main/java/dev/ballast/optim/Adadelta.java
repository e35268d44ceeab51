package dev.ballast.optim;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.sqrt;
import static dev.ballast.op.Ops.square;

import dev.ballast.ir.Expr;

/**
 * Adadelta (Zeiler 2012) as torch.optim.Adadelta: v′ = ρv + (1−ρ)g²; d = g √(u + ε) / √(v′ + ε); u′
 * = ρu + (1−ρ)d²; p′ = p − ηd.
 */
public record Adadelta(double learningRate, double rho, double epsilon, double weightDecay)
    implements Optimizer {
  public Adadelta {
    Range.notNegative("learning rate", learningRate);
    Range.closedShare("rho", rho);
    Range.notNegative("epsilon", epsilon);
    Range.notNegative("weight decay", weightDecay);
  }

  /** torch.optim.Adadelta with its defaults, but for the rate, whose default there is 1. */
  public static Adadelta of(double learningRate) {
    return new Adadelta(learningRate, 0.9, 1e-6, 0);
  }

  @Override
  public Adadelta withWeightDecay(double newWeightDecay) {
    return new Adadelta(learningRate, rho, epsilon, newWeightDecay);
  }

  @Override
  public boolean counts() {
    return false;
  }

  @Override
  public void emit(ParameterStep s) {
    Expr g = s.penalized(weightDecay);
    Expr delta = s.state("delta");
    Expr meanSquare = s.average(rho, s.state("square"), square(g));
    Expr direction = mul(div(root(s, delta), root(s, meanSquare)), g);
    s.average(rho, delta, square(direction));
    s.descend(direction);
  }

  private Expr root(ParameterStep s, Expr square) {
    return sqrt(add(square, s.number(epsilon)));
  }
}
