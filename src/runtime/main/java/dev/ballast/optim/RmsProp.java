package dev.ballast.optim;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.max;
import static dev.ballast.op.Ops.sqrt;
import static dev.ballast.op.Ops.square;
import static dev.ballast.op.Ops.sub;

import dev.ballast.ir.Expr;

/**
 * RMSprop (Tieleman and Hinton 2012) as torch.optim.RMSprop: v′ = αv + (1−α)g²; d = g / (√v′ + ε);
 * p′ = p − ηd. Where {@code centered}, the mean of g, averaged likewise and squared, is taken from
 * v′; with a momentum, b′ = μb + d takes d's place.
 *
 * @param smoothing α
 */
public record RmsProp(
    double learningRate,
    double smoothing,
    double epsilon,
    double weightDecay,
    double momentum,
    boolean centered)
    implements Optimizer {
  public RmsProp {
    Range.notNegative("learning rate", learningRate);
    Range.closedShare("smoothing", smoothing);
    Range.notNegative("epsilon", epsilon);
    Range.notNegative("weight decay", weightDecay);
    Range.notNegative("momentum", momentum);
  }

  /** torch.optim.RMSprop with its defaults. */
  public static RmsProp of(double learningRate) {
    return new RmsProp(learningRate, 0.99, 1e-8, 0, 0, false);
  }

  @Override
  public RmsProp withWeightDecay(double newWeightDecay) {
    return new RmsProp(learningRate, smoothing, epsilon, newWeightDecay, momentum, centered);
  }

  @Override
  public boolean counts() {
    return false;
  }

  @Override
  public void emit(ParameterStep s) {
    Expr g = s.penalized(weightDecay);
    Expr meanSquare = s.average(smoothing, s.state("square"), square(g));
    Expr spread = centered ? aboutTheMean(s, g, meanSquare) : meanSquare;
    Expr direction = div(g, add(sqrt(spread), s.number(epsilon)));
    s.descend(momentum == 0 ? direction : s.accumulate(momentum, s.state("velocity"), direction));
  }

  /** Never below 0, where rounding would take it and PyTorch's root becomes NaN. */
  private Expr aboutTheMean(ParameterStep s, Expr g, Expr meanSquare) {
    Expr mean = s.average(smoothing, s.state("mean"), g);
    return max(sub(meanSquare, square(mean)), s.number(0));
  }
}
