package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/** Binary cross-entropy of scores under targets in [0, 1]; the network ends without sigmoid. */
public record BinaryCrossEntropy() implements Loss {
  @Override
  public String label() {
    return "binary_cross_entropy";
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    return Ops.mean(Ops.binaryCrossEntropy(prediction, target));
  }

  @Override
  public Task task(TensorType prediction) {
    return new Task.YesOrNo(0);
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return Optional.of(Ops.sigmoid(prediction));
  }
}
