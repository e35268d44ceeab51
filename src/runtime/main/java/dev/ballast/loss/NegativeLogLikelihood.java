package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/**
 * −ln p of the label, from logarithms of probabilities [B,…,C] and labels i32[B,…]; the network
 * ends in a log-softmax. As torch.nn.NLLLoss, with the classes last.
 */
public record NegativeLogLikelihood(LabelWeights weights) implements Loss {
  public NegativeLogLikelihood() {
    this(LabelWeights.NONE);
  }

  @Override
  public String label() {
    return "negative_log_likelihood";
  }

  @Override
  public TensorType targetType(TensorType prediction) {
    return Loss.labels(prediction);
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    int classes = prediction.shape().dim(-1);
    Expr chosen = Ops.oneHot(weights.readable(target), classes, prediction.type().dtype());
    Expr rows = Ops.neg(Loss.sumOverClasses(Ops.mul(prediction, chosen)));
    if (weights.areEqual()) {
      return Ops.mean(rows);
    }
    Expr counts = weights.ofRows(prediction, target);
    return LabelWeights.ratio(Ops.mul(rows, counts), counts);
  }

  @Override
  public Optional<LabelWeights> divisor() {
    return Optional.of(weights);
  }

  @Override
  public Task task(TensorType prediction) {
    return new Task.Classes(weights.ignored());
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return Optional.of(Ops.exp(prediction));
  }
}
