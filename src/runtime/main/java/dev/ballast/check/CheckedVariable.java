package dev.ballast.check;

import dev.ballast.tensor.TensorType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What was found for one parameter or input.
 *
 * @param comparisons of its coordinates, in their order, those at kinks included
 */
public record CheckedVariable(String name, TensorType type, List<Comparison> comparisons) {
  public CheckedVariable {
    comparisons = List.copyOf(comparisons);
  }

  /** Coordinates that could be compared. */
  public int coordinates() {
    return comparisons.size() - kinks();
  }

  /** Coordinates that could not, because they lie on a kink. */
  public int kinks() {
    return (int) comparisons.stream().filter(Comparison::kink).count();
  }

  /** The coordinate with the largest relative error; none where all are at kinks. */
  public Optional<Comparison> worst() {
    return comparisons.stream()
        .filter(c -> !c.kink())
        .max(Comparator.comparingDouble(Comparison::relativeError));
  }

  public double largestRelativeError() {
    return worst().map(Comparison::relativeError).orElse(0.0);
  }

  boolean passes(double tolerance) {
    return comparisons.stream().allMatch(c -> c.passes(tolerance));
  }
}
