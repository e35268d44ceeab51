package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Update;
import java.util.List;

/** Adam, or AdamW where {@code decoupled}; see {@link Update.Adam}. */
public record Adam(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    boolean decoupled)
    implements Optimizer {
  public Adam {
    Range.notNegative("learning rate", learningRate);
    Range.share("beta1", beta1);
    Range.share("beta2", beta2);
    Range.notNegative("epsilon", epsilon);
    Range.notNegative("weight decay", weightDecay);
  }

  /** torch.optim.Adam with its defaults. */
  public static Adam of(double learningRate) {
    return new Adam(learningRate, 0.9, 0.999, 1e-8, 0, false);
  }

  /** torch.optim.AdamW with its defaults. */
  public static Adam decoupled(double learningRate) {
    return new Adam(learningRate, 0.9, 0.999, 1e-8, 0.01, true);
  }

  @Override
  public Adam withWeightDecay(double newWeightDecay) {
    return new Adam(learningRate, beta1, beta2, epsilon, newWeightDecay, decoupled);
  }

  @Override
  public boolean counts() {
    return true;
  }

  @Override
  public void emit(ParameterStep s) {
    GraphBuilder b = s.builder();
    Expr mean = s.state("mean");
    Expr square = s.state("square");
    Update.Adam op = new Update.Adam(beta1, beta2, epsilon, weightDecay, decoupled);
    List<Expr> next =
        b.applyAll(op, List.of(s.parameter(), s.gradient(), s.rate(), mean, square, s.count()));
    b.update(s.parameter(), next.getFirst());
    b.update(mean, next.get(1));
    b.update(square, next.getLast());
  }
}
