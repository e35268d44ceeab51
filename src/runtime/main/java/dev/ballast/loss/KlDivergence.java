package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.TensorType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Σ_c t_c (ln t_c − x_c), from logarithms of probabilities x [B,…,C] and probabilities t of the
 * same type; 0 where t_c is 0. The mean over the batch, as
 * torch.nn.KLDivLoss(reduction="batchmean"): its default, a mean over the classes too, is no
 * divergence.
 */
public record KlDivergence() implements Loss {
  @Override
  public String label() {
    return "kl_divergence";
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    Expr logarithm = Ops.log(Ops.select(target, target, Ops.constant(target, 1)));
    Expr sum = Ops.sum(Ops.mul(target, Ops.sub(logarithm, prediction)));
    return Ops.mul(sum, Ops.constant(sum, 1.0 / prediction.shape().dim(0)));
  }

  @Override
  public Task task(TensorType prediction) {
    return new Task.Classes(OptionalInt.empty());
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return Optional.of(Ops.exp(prediction));
  }
}
