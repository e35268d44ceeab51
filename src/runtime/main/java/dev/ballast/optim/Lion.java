package dev.ballast.optim;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.less;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Expr;

/**
 * Lion (Chen et al. 2023, Algorithm 2): c = β₁m + (1−β₁)g; p′ = p − η(sign(c) + λp); m′ = β₂m +
 * (1−β₂)g. The sign of 0 is 0. Both averages are written with g − m, so that they are one loop.
 */
public record Lion(double learningRate, double beta1, double beta2, double weightDecay)
    implements Optimizer {
  public Lion {
    Range.notNegative("learning rate", learningRate);
    Range.share("beta1", beta1);
    Range.share("beta2", beta2);
    Range.notNegative("weight decay", weightDecay);
  }

  /** The paper's β₁ = 0.9 and β₂ = 0.99, without weight decay. */
  public static Lion of(double learningRate) {
    return new Lion(learningRate, 0.9, 0.99, 0);
  }

  @Override
  public Lion withWeightDecay(double newWeightDecay) {
    return new Lion(learningRate, beta1, beta2, newWeightDecay);
  }

  @Override
  public boolean counts() {
    return false;
  }

  @Override
  public void emit(ParameterStep s) {
    Expr mean = s.state("mean");
    Expr ahead = sub(s.gradient(), mean);
    Expr c = add(mean, s.times(1 - beta1, ahead));
    Expr sign = sub(less(s.number(0), c), less(c, s.number(0)));
    s.updated(mean, add(mean, s.times(1 - beta2, ahead)));
    s.descend(weightDecay == 0 ? sign : add(sign, s.times(weightDecay, s.parameter())));
  }
}
