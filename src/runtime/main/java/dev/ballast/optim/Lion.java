package dev.ballast.optim;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.less;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Expr;

/**
 * Lion (Chen et al. 2023, Algorithm 2): c = β₁m + (1−β₁)g; p′ = p − η(sign(c) + λp); m′ = β₂m +
 * (1−β₂)g. The sign of 0 is 0.
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
    Expr c = s.averaged(beta1, mean, s.gradient());
    Expr sign = sub(less(s.number(0), c), less(c, s.number(0)));
    s.builder().update(mean, s.averaged(beta2, mean, s.gradient()));
    s.descend(weightDecay == 0 ? sign : add(sign, s.times(weightDecay, s.parameter())));
  }
}
