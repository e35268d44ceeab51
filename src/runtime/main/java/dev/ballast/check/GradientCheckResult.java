package dev.ballast.check;

import java.util.List;

/**
 * What a check found.
 *
 * @param passed whether every coordinate that could be compared is within the tolerance, and there
 *     was one at least
 * @param value of the loss
 */
public record GradientCheckResult(
    boolean passed, double tolerance, double value, List<CheckedVariable> variables) {
  public GradientCheckResult {
    variables = List.copyOf(variables);
  }

  static GradientCheckResult of(double tolerance, double value, List<CheckedVariable> variables) {
    boolean passed =
        variables.stream().allMatch(v -> v.passes(tolerance))
            && variables.stream().anyMatch(v -> v.coordinates() > 0);
    return new GradientCheckResult(passed, tolerance, value, variables);
  }
}
