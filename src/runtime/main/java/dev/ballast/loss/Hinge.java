package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.OptionalInt;

/**
 * The margin by which the right answer should win. Of scores [B,…,C], C ≥ 2, under labels i32[B,…]:
 * Σ_{c≠y} w_y max(0, m − x_y + x_c)^k / C, as torch.nn.MultiMarginLoss. Of one score a row, under
 * targets 0 and 1 of the same type: max(0, m − s x)^k with s = −1 and 1, the max-margin loss of
 * support vector machines.
 *
 * @param margin m
 * @param power k, 1 or 2
 * @param classWeights w, or empty
 */
public record Hinge(double margin, int power, List<Double> classWeights) implements Loss {
  public Hinge {
    if (!Double.isFinite(margin)) {
      throw new IllegalArgumentException("margin must be a finite number, not " + margin);
    }
    if (power != 1 && power != 2) {
      throw new IllegalArgumentException("power must be 1 or 2, not " + power);
    }
    classWeights = weights(classWeights).classes();
  }

  public Hinge() {
    this(1, 1, List.of());
  }

  private static LabelWeights weights(List<Double> classes) {
    return new LabelWeights(classes, OptionalInt.empty());
  }

  @Override
  public String label() {
    return "hinge";
  }

  private static boolean isOneScore(TensorType prediction) {
    return prediction.shape().dim(-1) == 1;
  }

  @Override
  public TensorType targetType(TensorType prediction) {
    return isOneScore(prediction) ? prediction : Loss.labels(prediction);
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    return isOneScore(prediction.type())
        ? ofTwoClasses(prediction, target)
        : ofRows(prediction, target);
  }

  private Expr ofTwoClasses(Expr prediction, Expr target) {
    if (!classWeights.isEmpty()) {
      throw new ShapeException(
          "class weights: there are " + classWeights.size() + ", but scores " + prediction.type());
    }
    Expr one = Ops.constant(target, 1);
    Expr sign = Ops.sub(Ops.mul(Ops.constant(target, 2), target), one);
    return Ops.mean(lacking(Ops.mul(sign, prediction)));
  }

  private Expr ofRows(Expr prediction, Expr target) {
    int classes = prediction.shape().dim(-1);
    Expr label = Ops.oneHot(target, classes, prediction.type().dtype());
    Expr right = Ops.sum(Ops.mul(prediction, label), List.of(-1), true);
    Expr others = Ops.sub(Ops.constant(label, 1), label);
    Expr terms = Ops.mul(lacking(Ops.sub(right, prediction)), others);
    Expr rows = Loss.sumOverClasses(terms);
    Expr weighted =
        classWeights.isEmpty()
            ? rows
            : Ops.mul(rows, weights(classWeights).ofRows(prediction, target));
    Expr mean = Ops.mean(weighted);
    return Ops.mul(mean, Ops.constant(mean, 1.0 / classes));
  }

  /** max(0, m − lead)^k. */
  private Expr lacking(Expr lead) {
    Expr x = Ops.relu(Ops.sub(Ops.constant(lead, margin), lead));
    return power == 1 ? x : Ops.square(x);
  }

  @Override
  public Task task(TensorType prediction) {
    return isOneScore(prediction) ? new Task.YesOrNo(0) : new Task.Classes(OptionalInt.empty());
  }
}
