package dev.ballast.check;

/**
 * One coordinate, looked at from both sides.
 *
 * @param index of the coordinate in row-major order
 * @param backward ∂L/∂x as the backward pass has it
 * @param difference the same by central differences
 * @param relativeError |backward − difference| over the sum of their sizes, or over the smallest
 *     sum that the rounding of L lets one judge
 * @param kink whether the coordinate lies on a kink of L, where there is no derivative to compare
 *     with
 */
public record Comparison(
    long index, double backward, double difference, double relativeError, boolean kink) {

  /** NaN does not pass. */
  boolean passes(double tolerance) {
    return kink || relativeError <= tolerance;
  }
}
