package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.OptionalInt;

/**
 * How much each label counts in a mean, as PyTorch's {@code weight} and {@code ignore_index}.
 *
 * @param classes a weight for each class, or empty: all count the same
 * @param ignored the label that does not count at all; it need not be a class
 */
public record LabelWeights(List<Double> classes, OptionalInt ignored) {
  /** All labels count the same. */
  public static final LabelWeights NONE = new LabelWeights(List.of(), OptionalInt.empty());

  public LabelWeights {
    classes = List.copyOf(classes);
    for (double w : classes) {
      if (!(w >= 0) || Double.isInfinite(w)) {
        throw new IllegalArgumentException(
            "class weights must be finite numbers of at least 0, not " + w);
      }
    }
    if (!classes.isEmpty() && classes.stream().allMatch(w -> w == 0)) {
      throw new IllegalArgumentException("class weights must not all be 0");
    }
  }

  public LabelWeights withClasses(List<Double> newClasses) {
    return new LabelWeights(newClasses, ignored);
  }

  public LabelWeights withIgnored(int label) {
    return new LabelWeights(classes, OptionalInt.of(label));
  }

  boolean areEqual() {
    return classes.isEmpty() && ignored.isEmpty();
  }

  /**
   * The weights of all classes, in the scores' dtype.
   *
   * @throws ShapeException where there are more or fewer classes than weights
   */
  Expr ofClasses(Expr scores) {
    int n = scores.shape().dim(-1);
    if (classes.size() != n) {
      throw new ShapeException(
          "class weights: there are " + classes.size() + ", but scores " + scores.type());
    }
    double[] weights = classes.stream().mapToDouble(w -> w).toArray();
    return scores
        .builder()
        .constant(Literal.of(new TensorType(scores.type().dtype(), Shape.of(n)), weights));
  }

  /** The labels with a class in place of the ignored one, so that they can be looked up. */
  Expr readable(Expr labels) {
    if (ignored.isEmpty()) {
      return labels;
    }
    return Ops.select(isIgnored(labels), Ops.constant(labels, 0), labels);
  }

  /** How much each row counts. Not for labels that all count the same. */
  Expr ofRows(Expr scores, Expr labels) {
    if (classes.isEmpty()) {
      return counted(scores, labels);
    }
    Expr weights = Ops.gather(ofClasses(scores), readable(labels), 0);
    return ignored.isEmpty() ? weights : Ops.mul(weights, counted(scores, labels));
  }

  /** 1 for each row that is looked at, 0 for the others. Only where there is an ignored label. */
  Expr counted(Expr scores, Expr labels) {
    Expr one = Ops.constant(labels, 1);
    return Ops.cast(Ops.sub(one, isIgnored(labels)), scores.type().dtype());
  }

  private Expr isIgnored(Expr labels) {
    return Ops.equal(labels, Ops.constant(labels, ignored.getAsInt()));
  }

  /**
   * Σ of terms over Σ of weights; 0 where nothing counts, and PyTorch says NaN: one such batch
   * would end a training.
   */
  static Expr ratio(Expr terms, Expr weights) {
    Expr sum = Ops.sum(weights);
    return Ops.div(Ops.sum(terms), Ops.max(sum, Ops.constant(sum, Float.MIN_NORMAL)));
  }
}
