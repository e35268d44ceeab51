package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * What follows the gradients in a training step.
 *
 * @param optimizer of every parameter that no group says otherwise of
 * @param groups of parameters that are trained otherwise; none by default
 * @param clipping of gradients; none by default
 * @param average of weights, kept beside them; none by default
 */
public record UpdateRule(
    Optimizer optimizer,
    ParameterGroups groups,
    Optional<Clipping> clipping,
    Optional<WeightAverage> average) {
  private static final String COUNTER = "optimizer.step";

  public static UpdateRule of(Optimizer optimizer) {
    return new UpdateRule(optimizer, ParameterGroups.of(), Optional.empty(), Optional.empty());
  }

  public UpdateRule withGroups(ParameterGroups newGroups) {
    return new UpdateRule(optimizer, newGroups, clipping, average);
  }

  public UpdateRule withClipping(Clipping newClipping) {
    return new UpdateRule(optimizer, groups, Optional.of(newClipping), average);
  }

  public UpdateRule withAverage(WeightAverage newAverage) {
    return new UpdateRule(optimizer, groups, clipping, Optional.of(newAverage));
  }

  /**
   * Those of the parameters that are trained.
   *
   * @throws IllegalArgumentException where a group has no parameter, or none is left to train
   */
  public List<Expr> trained(List<Expr> parameters) {
    groups.demandFit(parameters.stream().map(p -> p.value().name()).toList());
    return parameters.stream().filter(p -> !groups.isFrozen(p.value().name())).toList();
  }

  /**
   * Emits the updates of the trained parameters, of their averages, and of the step counter where
   * there is one.
   *
   * @param gradients in the parameters' order
   * @param rate the learning rate, a scalar
   */
  public void emit(GraphBuilder b, List<Expr> trained, List<Expr> gradients, Expr rate) {
    List<Expr> clipped = clipping.map(c -> c.clipped(gradients)).orElse(gradients);
    Optional<Expr> count = optimizer.counts() ? Optional.of(counted(b)) : Optional.empty();
    Optional<Expr> newest = average.map(a -> a.share(b, rate.type().dtype()));
    for (int i = 0; i < trained.size(); i++) {
      Expr p = trained.get(i);
      Optional<ParameterGroup.Tuned> own = tuned(p.value().name());
      Optimizer o = own.map(g -> g.tuned(optimizer)).orElse(optimizer);
      Expr r = own.map(g -> g.scaled(rate)).orElse(rate);
      o.emit(new ParameterStep(b, p, clipped.get(i), r, count));
      average.ifPresent(
          a -> a.emit(b, p.value().name(), b.updated(p).orElseThrow(), newest.orElseThrow()));
    }
  }

  private Optional<ParameterGroup.Tuned> tuned(String name) {
    return groups
        .find(name)
        .filter(ParameterGroup.Tuned.class::isInstance)
        .map(ParameterGroup.Tuned.class::cast);
  }

  private static Expr counted(GraphBuilder b) {
    Expr before = b.state(COUNTER, TensorType.i64());
    Expr count = Ops.add(before, b.constant(Literal.of(TensorType.i64(), 1)));
    b.update(before, count);
    return count;
  }
}
