package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A loss of numbers for classes: of outputs [B,…,C] under labels i32[B,…], each of which is the
 * target 1 in its own place and 0 in the others. As PyTorch's losses of {@code one_hot(labels, C)},
 * whose mean is over all B·…·C numbers. The largest output is the answer.
 *
 * @param numbers mean squares, absolute errors or Huber's loss
 */
public record OneHot(Loss numbers) implements Loss {
  public OneHot {
    if (!numbers.isOfNumbers() || numbers instanceof Mixed) {
      throw new IllegalArgumentException(
          "one-hot targets are for mse, mae and huber, not for " + numbers.label());
    }
  }

  @Override
  public String label() {
    return numbers.label();
  }

  @Override
  public TensorType targetType(TensorType prediction) {
    return Loss.labels(prediction);
  }

  /**
   * @throws ShapeException where there is but one output
   */
  @Override
  public Expr mean(Expr prediction, Expr target) {
    int classes = prediction.shape().dim(-1);
    if (classes < 2) {
      throw new ShapeException(
          "one-hot targets need an output for each class: " + prediction.type());
    }
    return numbers.mean(prediction, Ops.oneHot(target, classes, prediction.type().dtype()));
  }

  @Override
  public Task task(TensorType prediction) {
    return new Task.Classes(OptionalInt.empty());
  }

  /**
   * Mean squares are least where each output is the probability of its class, absolute errors and
   * Huber's loss are not.
   */
  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return numbers instanceof MeanSquaredError ? Optional.of(prediction) : Optional.empty();
  }
}
