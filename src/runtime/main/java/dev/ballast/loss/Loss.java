package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** What training makes small: the mean over the batch, as PyTorch's default reduction. */
public sealed interface Loss
    permits CrossEntropy,
        NegativeLogLikelihood,
        KlDivergence,
        BinaryCrossEntropy,
        Hinge,
        MeanSquaredError,
        MeanAbsoluteError,
        Huber,
        OneHot,
        Mixed {
  /** As model definitions write it. */
  String label();

  /** The type of the targets that belong to predictions [B, …]: the same, unless said otherwise. */
  default TensorType targetType(TensorType prediction) {
    return prediction;
  }

  /** A scalar. */
  Expr mean(Expr prediction, Expr target);

  /**
   * What the mean is divided by, an f32 scalar; empty where that is the number of examples. A mean
   * over several batches weighs theirs by it.
   */
  default Optional<Expr> weight(Expr prediction, Expr target) {
    return divisor().filter(w -> !w.areEqual()).map(w -> Ops.sum(w.ofRows(prediction, target)));
  }

  /**
   * How much each label counts in what the mean is divided by. Empty where parts of the loss are
   * divided by different sums: then no weights of batches make their means one mean.
   */
  default Optional<LabelWeights> divisor() {
    return Optional.of(LabelWeights.NONE);
  }

  /** What predictions of a type say. */
  default Task task(TensorType prediction) {
    return new Task.Numbers();
  }

  /** The network's result as probabilities; only where they are a classifier's. */
  default Optional<Expr> probabilities(Expr prediction) {
    return Optional.empty();
  }

  /**
   * How many of the batch are right, an f32 scalar; only where the predictions are a classifier's.
   * An example with several answers counts for the share of the right ones.
   */
  default Optional<Expr> correct(Expr prediction, Expr target) {
    return task(prediction.type()).correct(prediction, target);
  }

  /** How many of the batch {@link #correct} looks at, where that is not all of them. */
  default Optional<Expr> counted(Expr prediction, Expr target) {
    return task(prediction.type()).counted(target);
  }

  /** Whether it compares with plain numbers, of which any may be a target. */
  default boolean isOfNumbers() {
    return false;
  }

  /**
   * This loss as it learns classes: one of numbers takes labels, and predictions that are a
   * classifier's. Where the last dimension is the classes, their one-hot targets are the numbers;
   * one output learns two by mean squares, as the probability of the second. Itself where neither
   * fits, and where it is no loss of numbers.
   *
   * @param prediction the type of the network's result
   */
  default Loss ofClasses(int classes, TensorType prediction) {
    return isOfNumbers()
            && classes > 1
            && prediction.shape().rank() > 1
            && prediction.shape().dim(-1) == classes
        ? new OneHot(this)
        : this;
  }

  /** All losses that have defaults, each with them. */
  static List<Loss> all() {
    return List.of(
        new CrossEntropy(),
        new NegativeLogLikelihood(),
        new KlDivergence(),
        new BinaryCrossEntropy(),
        new Hinge(),
        new MeanSquaredError(),
        new MeanAbsoluteError(),
        new Huber());
  }

  /**
   * @throws IllegalArgumentException where no loss has that label
   */
  static Loss of(String label) {
    return all().stream()
        .filter(l -> l.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown loss '"
                        + label
                        + "', only "
                        + all().stream().map(Loss::label).toList()));
  }

  /** The type of labels, one for each row of scores. */
  static TensorType labels(TensorType scores) {
    return new TensorType(DType.I32, scores.shape().slice(0, scores.shape().rank() - 1));
  }

  /** Σ over the last axis, which vanishes. */
  static Expr sumOverClasses(Expr e) {
    return Ops.sum(e, List.of(-1), false);
  }
}
