package dev.ballast.train;

import java.util.OptionalDouble;

/**
 * How a model does on a dataset: the mean loss and, for a classifier, the share of right answers.
 */
public record Evaluation(double loss, OptionalDouble accuracy) {
  /** Whether this is better: more right answers or, with as many or none to count, less loss. */
  public boolean beats(Evaluation other) {
    if (accuracy.isPresent() && !accuracy.equals(other.accuracy())) {
      return other.accuracy().isEmpty() || accuracy.getAsDouble() > other.accuracy().getAsDouble();
    }
    return loss < other.loss();
  }

  /** Whether it is better by more than so much. */
  boolean beats(Evaluation other, double margin) {
    if (margin == 0) {
      return beats(other);
    }
    if (accuracy.isPresent() && other.accuracy().isPresent()) {
      return accuracy.getAsDouble() - other.accuracy().getAsDouble() > margin;
    }
    return other.loss() - loss > margin;
  }
}
