package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/**
 * Cross-entropy of scores [B,…,C] under integer labels i32[B,…]; the network ends without softmax.
 * As torch.nn.CrossEntropyLoss, with the classes last: (1−ε) Σ w_y (−ln p_y) + ε/C Σ Σ_c w_c (−ln
 * p_c), over Σ w_y.
 *
 * @param labelSmoothing ε
 * @param weights of labels
 */
public record CrossEntropy(double labelSmoothing, LabelWeights weights) implements Loss {
  public CrossEntropy {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "label smoothing must be in [0, 1], not " + labelSmoothing);
    }
  }

  public CrossEntropy() {
    this(0, LabelWeights.NONE);
  }

  @Override
  public String label() {
    return "cross_entropy";
  }

  @Override
  public TensorType targetType(TensorType prediction) {
    return Loss.labels(prediction);
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    Expr rows = Ops.crossEntropy(prediction, weights.readable(target));
    if (weights.areEqual()) {
      return labelSmoothing == 0 ? Ops.mean(rows) : Ops.mean(smoothed(rows, spread(prediction)));
    }
    Expr counts = weights.ofRows(prediction, target);
    Expr weighted = Ops.mul(rows, counts);
    if (labelSmoothing == 0) {
      return LabelWeights.ratio(weighted, counts);
    }
    Expr spread = spread(prediction);
    boolean all = weights.ignored().isEmpty();
    Expr seen = all ? spread : Ops.mul(spread, weights.counted(prediction, target));
    return LabelWeights.ratio(smoothed(weighted, seen), counts);
  }

  @Override
  public Optional<LabelWeights> divisor() {
    return Optional.of(weights);
  }

  private Expr smoothed(Expr rows, Expr spread) {
    Expr kept = Ops.mul(Ops.constant(rows, 1 - labelSmoothing), rows);
    return Ops.add(kept, Ops.mul(Ops.constant(rows, labelSmoothing), spread));
  }

  /** Σ_c w_c (−ln p_c) / C of each row. */
  private Expr spread(Expr prediction) {
    Expr logs = Ops.logSoftmax(prediction);
    Expr weighted =
        weights.classes().isEmpty() ? logs : Ops.mul(logs, weights.ofClasses(prediction));
    Expr sum = Loss.sumOverClasses(weighted);
    return Ops.mul(sum, Ops.constant(sum, -1.0 / prediction.shape().dim(-1)));
  }

  @Override
  public Task task(TensorType prediction) {
    return new Task.Classes(weights.ignored());
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return Optional.of(Ops.softmax(prediction));
  }
}
