package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A weighted sum of losses of the same predictions and targets. What predictions say is what the
 * first of them takes them for.
 */
public record Mixed(List<Term> terms) implements Loss {
  /**
   * @param weight by which the loss is multiplied
   */
  public record Term(double weight, Loss loss) {
    public Term {
      if (!Double.isFinite(weight)) {
        throw new IllegalArgumentException("weight must be a finite number, not " + weight);
      }
    }
  }

  public Mixed {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a mixed loss needs at least one term");
    }
  }

  private Loss first() {
    return terms.getFirst().loss();
  }

  @Override
  public String label() {
    return "mixed";
  }

  /**
   * @throws ShapeException where the losses take different targets
   */
  @Override
  public TensorType targetType(TensorType prediction) {
    TensorType type = first().targetType(prediction);
    for (Term t : terms) {
      TensorType other = t.loss().targetType(prediction);
      if (!other.equals(type)) {
        throw new ShapeException(
            "a mixed loss needs losses of the same targets: "
                + first().label()
                + " takes "
                + type
                + ", "
                + t.loss().label()
                + " takes "
                + other);
      }
    }
    return type;
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    return terms.stream()
        .map(t -> scaled(t.weight(), t.loss().mean(prediction, target)))
        .reduce(Ops::add)
        .orElseThrow();
  }

  /** That of all terms, where it is the same. */
  @Override
  public Optional<LabelWeights> divisor() {
    List<Optional<LabelWeights>> all = terms.stream().map(t -> t.loss().divisor()).toList();
    return all.stream().distinct().count() == 1 ? all.getFirst() : Optional.empty();
  }

  private static Expr scaled(double weight, Expr e) {
    return Ops.mul(Ops.constant(e, weight), e);
  }

  @Override
  public boolean isOfNumbers() {
    return terms.stream().allMatch(t -> t.loss().isOfNumbers());
  }

  @Override
  public Loss ofClasses(int classes, TensorType prediction) {
    return new Mixed(
        terms.stream()
            .map(t -> new Term(t.weight(), t.loss().ofClasses(classes, prediction)))
            .toList());
  }

  @Override
  public Task task(TensorType prediction) {
    return first().task(prediction);
  }

  @Override
  public Optional<Expr> probabilities(Expr prediction) {
    return first().probabilities(prediction);
  }
}
