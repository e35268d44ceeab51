package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Update;
import java.util.List;

/** Stochastic gradient descent as torch.optim.SGD with dampening 0; see {@link Update.Sgd}. */
public record Sgd(double learningRate, double momentum, boolean nesterov, double weightDecay)
    implements Optimizer {
  public Sgd {
    Range.notNegative("learning rate", learningRate);
    Range.notNegative("momentum", momentum);
    Range.notNegative("weight decay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("nesterov needs a momentum above 0");
    }
  }

  public static Sgd of(double learningRate) {
    return new Sgd(learningRate, 0, false, 0);
  }

  public Sgd withMomentum(double newMomentum) {
    return new Sgd(learningRate, newMomentum, nesterov, weightDecay);
  }

  @Override
  public Sgd withWeightDecay(double newWeightDecay) {
    return new Sgd(learningRate, momentum, nesterov, newWeightDecay);
  }

  @Override
  public boolean counts() {
    return false;
  }

  @Override
  public void emit(ParameterStep s) {
    GraphBuilder b = s.builder();
    Expr p = s.parameter();
    Update.Sgd op = new Update.Sgd(momentum, nesterov, weightDecay);
    if (momentum == 0) {
      b.update(p, b.apply(op, p, s.gradient(), s.rate()));
      return;
    }
    Expr velocity = s.state("velocity");
    List<Expr> next = b.applyAll(op, List.of(p, s.gradient(), s.rate(), velocity));
    b.update(p, next.getFirst());
    b.update(velocity, next.getLast());
  }
}
