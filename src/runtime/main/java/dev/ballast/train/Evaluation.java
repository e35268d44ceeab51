package dev.ballast.train;

import java.util.OptionalDouble;

/**
 * How a model does on a dataset: the mean loss and, for a classifier, the share of right answers.
 */
public record Evaluation(double loss, OptionalDouble accuracy) {
  /** Whether this is better: more right answers or, with none to count, a smaller loss. */
  public boolean beats(Evaluation other) {
    return beats(other, 0);
  }

  /** Whether it is better by more than so much. */
  boolean beats(Evaluation other, double margin) {
    if (accuracy.isPresent() && other.accuracy().isPresent()) {
      return accuracy.getAsDouble() - other.accuracy().getAsDouble() > margin;
    }
    return other.loss() - loss > margin;
  }
}
