package dev.ballast.check;

import dev.ballast.kernel.Slice;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Differences of a loss along single coordinates, and the judgement on a backward pass. A
 * coordinate that disagrees is looked at again with finer steps, since near a kink (of ReLU, max or
 * abs) the backward pass can be right all the same.
 */
final class Probe {
  private static final double EPSILON = Math.ulp(1.0);

  /** Where truncation, about h², and rounding, about ε/h, are of one size. */
  private static final double STEP = Math.cbrt(EPSILON);

  private static final double REFINEMENT = 8;

  /**
   * Sums of two slopes below this are compared absolutely: where all slopes vanish, rounding within
   * the loss is all there is.
   */
  private static final double LEAST_SIZE = 1e-8;

  /** Six deviations of the rounding in a difference of two values. */
  private static final double CERTAINTY = 6 * Math.sqrt(2);

  private final DoubleSupplier loss;
  private final double value;
  private final double sigma;
  private final double tolerance;

  /**
   * @param loss evaluated anew at each call
   * @param value of the loss where nothing is displaced
   * @param sigma deviation of the rounding errors of the loss
   */
  Probe(DoubleSupplier loss, double value, double sigma, double tolerance) {
    this.loss = loss;
    this.value = value;
    this.sigma = sigma;
    this.tolerance = tolerance;
  }

  /** Slopes of the two sides and of both together; {@code noise} bounds their rounding. */
  private record Slopes(double below, double above, double central, double noise) {
    double opening() {
      return Math.abs(above - below);
    }
  }

  /**
   * Compares one coordinate; it has its old value again afterwards.
   *
   * <p>A disagreement may be no fault of the backward pass, because the loss bends too sharply
   * within the step. There are two ways to be excused. Beside a kink, finer steps no longer reach
   * it, and the finer difference agrees. On a kink, the two sides keep different slopes however
   * fine the step, and the backward pass has one of them or something between: then there is
   * nothing to compare.
   *
   * <p>A wrong gradient of a smooth function is not excused: its differences at all steps agree
   * with each other, and the two sides close in on one slope.
   */
  Comparison compare(Slice x, long index, double backward) {
    Slopes coarse = slopes(x, index, 1);
    double error = error(backward, coarse);
    if (error <= tolerance) {
      return new Comparison(index, backward, coarse.central(), error, false);
    }
    Slopes fine = slopes(x, index, REFINEMENT);
    Slopes finest = slopes(x, index, REFINEMENT * REFINEMENT);
    for (Slopes s : List.of(fine, finest)) {
      if (isBeside(backward, coarse, s)) {
        return new Comparison(index, backward, s.central(), error(backward, s), false);
      }
    }
    boolean kink = isOn(backward, coarse, fine);
    return new Comparison(index, backward, coarse.central(), error, kink);
  }

  /** The error that rounding alone can make is at most the tolerance. */
  private double error(double backward, Slopes s) {
    double size = Math.abs(backward) + Math.abs(s.central());
    double off = Math.abs(backward - s.central());
    return off / Math.max(LEAST_SIZE, Math.max(size, s.noise() / tolerance));
  }

  private boolean isBeside(double backward, Slopes coarse, Slopes fine) {
    double off = Math.abs(backward - coarse.central());
    boolean moved = Math.abs(coarse.central() - fine.central()) > coarse.noise() + fine.noise();
    boolean closer = Math.abs(backward - fine.central()) <= off / 10;
    return moved && closer && error(backward, fine) <= tolerance;
  }

  /** Where all is smooth, a step of an eighth has an eighth of the opening. */
  private boolean isOn(double backward, Slopes coarse, Slopes fine) {
    boolean staysOpen =
        fine.opening() > coarse.opening() / 2
            && fine.opening() > 2 * (coarse.noise() + fine.noise());
    return staysOpen && isBetween(coarse.below(), backward, coarse.above(), coarse.noise());
  }

  private boolean isBetween(double a, double between, double b, double noise) {
    double margin = 2 * noise + tolerance * (Math.abs(a) + Math.abs(b));
    return between >= Math.min(a, b) - margin && between <= Math.max(a, b) + margin;
  }

  private Slopes slopes(Slice x, long index, double refinement) {
    double at = x.get(index);
    double h = STEP * Math.max(1, Math.abs(at)) / refinement;
    // Divided by what was really added: x + h is rounded.
    double above = at + h;
    double below = at - h;
    x.set(index, above);
    double valueAbove = loss.getAsDouble();
    x.set(index, below);
    double valueBelow = loss.getAsDouble();
    x.set(index, at);
    double width = above - below;
    double size = Math.max(Math.abs(valueAbove), Math.abs(valueBelow));
    double rounding = Math.max(sigma, Math.ulp(size) / 2);
    return new Slopes(
        (value - valueBelow) / (at - below),
        (valueAbove - value) / (above - at),
        (valueAbove - valueBelow) / width,
        CERTAINTY * rounding / width);
  }
}
