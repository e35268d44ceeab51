package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** What training makes small: the mean over the batch, as PyTorch's default reduction. */
public sealed interface Loss {
  /** As model definitions write it. */
  String label();

  /** The type of the targets that belong to predictions [B, …]. */
  TensorType targetType(TensorType prediction);

  /** A scalar. */
  Expr mean(Expr prediction, Expr target);

  /**
   * How many of the batch are right, an f32 scalar; only where the loss is a classifier's. Of an
   * example that asks for several answers it is the share of them.
   */
  Optional<Expr> correct(Expr prediction, Expr target);

  /** The network's scores as probabilities; only where the loss is a classifier's. */
  Optional<Expr> probabilities(Expr prediction);

  /** All losses, each with its defaults. */
  static List<Loss> all() {
    return List.of(new CrossEntropy(), new MeanSquaredError(), new BinaryCrossEntropy());
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

  /**
   * Cross-entropy of scores [B,C] under integer labels i32[B]; the network ends without softmax.
   */
  record CrossEntropy() implements Loss {
    @Override
    public String label() {
      return "cross_entropy";
    }

    @Override
    public TensorType targetType(TensorType prediction) {
      Shape s = prediction.shape();
      return new TensorType(DType.I32, s.slice(0, s.rank() - 1));
    }

    @Override
    public Expr mean(Expr prediction, Expr target) {
      return Ops.mean(Ops.crossEntropy(prediction, target));
    }

    @Override
    public Optional<Expr> probabilities(Expr prediction) {
      return Optional.of(Ops.softmax(prediction));
    }

    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      Expr hit = Ops.equal(Ops.argMax(prediction, -1), target);
      Expr hits = Ops.sum(Ops.cast(hit, DType.F32));
      long answers = target.type().elements() / target.shape().dim(0);
      return Optional.of(answers == 1 ? hits : Ops.mul(hits, Ops.constant(hits, 1.0 / answers)));
    }
  }

  /**
   * (ŷ − y)², y of the predictions' own type.
   *
   * @param classifies whether the predictions are the probabilities of classes, to be compared with
   *     ½, or plain numbers, of which none is right or wrong
   */
  record MeanSquaredError(boolean classifies) implements Loss {
    /** Of plain numbers. */
    public MeanSquaredError() {
      this(false);
    }

    @Override
    public String label() {
      return "mse";
    }

    @Override
    public TensorType targetType(TensorType prediction) {
      return prediction;
    }

    @Override
    public Expr mean(Expr prediction, Expr target) {
      return Ops.meanSquaredError(prediction, target);
    }

    @Override
    public Optional<Expr> probabilities(Expr prediction) {
      return classifies ? Optional.of(prediction) : Optional.empty();
    }

    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      return classifies ? Optional.of(shareRight(prediction, 0.5, target)) : Optional.empty();
    }
  }

  /** Binary cross-entropy of scores under targets in [0, 1]; the network ends without sigmoid. */
  record BinaryCrossEntropy() implements Loss {
    @Override
    public String label() {
      return "binary_cross_entropy";
    }

    @Override
    public TensorType targetType(TensorType prediction) {
      return prediction;
    }

    @Override
    public Expr mean(Expr prediction, Expr target) {
      return Ops.mean(Ops.binaryCrossEntropy(prediction, target));
    }

    @Override
    public Optional<Expr> probabilities(Expr prediction) {
      return Optional.of(Ops.sigmoid(prediction));
    }

    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      return Optional.of(shareRight(prediction, 0, target));
    }
  }

  /** Right where the prediction is above the threshold and the target above ½, or neither is. */
  private static Expr shareRight(Expr prediction, double threshold, Expr target) {
    Expr said = Ops.greater(prediction, Ops.constant(prediction, threshold));
    Expr truth = Ops.greater(target, Ops.constant(target, 0.5));
    long answers = prediction.type().elements() / prediction.shape().dim(0);
    Expr share = Ops.constant(prediction, 1.0 / answers);
    return Ops.mul(Ops.sum(Ops.equal(said, truth)), share);
  }
}
