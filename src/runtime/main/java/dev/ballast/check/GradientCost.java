package dev.ballast.check;

/**
 * What a gradient costs by the backward pass, beside what it would cost by displacing each
 * coordinate in turn.
 *
 * @param dimension d, the number of partial derivatives
 * @param forwardMicros median time of one forward pass
 * @param backwardMicros median time of one forward and backward pass, less that of the forward pass
 * @param allForwardsMicros time of d + 1 forward passes, which is what differences take
 * @param measured whether they were really run; if not, the time is d + 1 times that of one
 */
public record GradientCost(
    long dimension,
    double forwardMicros,
    double backwardMicros,
    double allForwardsMicros,
    boolean measured) {

  /** How many times longer d + 1 forward passes take than one forward and one backward pass. */
  public double factor() {
    return allForwardsMicros / (forwardMicros + backwardMicros);
  }
}
