package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/**
 * (ŷ − y)², y of the predictions' own type.
 *
 * @param classifies whether the predictions are the probabilities of classes, to be compared with
 *     ½, or plain numbers, of which none is right or wrong
 */
public record MeanSquaredError(boolean classifies) implements Loss {
  /** Of plain numbers. */
  public MeanSquaredError() {
    this(false);
  }

  @Override
  public String label() {
    return "mse";
  }

  @Override
  public boolean isOfNumbers() {
    return !classifies;
  }

  @Override
  public Loss ofClasses(int classes, TensorType prediction) {
    boolean second = classes == 2 && prediction.elements() == prediction.shape().dim(0);
    return isOfNumbers() && second
        ? new MeanSquaredError(true)
        : Loss.super.ofClasses(classes, prediction);
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    return Ops.meanSquaredError(prediction, target);
  }

  @Override
  public Task task(TensorType prediction) {
    return classifies ? new Task.YesOrNo(0.5) : new Task.Numbers();
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return classifies ? Optional.of(prediction) : Optional.empty();
  }
}
