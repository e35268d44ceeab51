package dev.ballast.bench.peers;

import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a side computed, part by part.
 *
 * @param parts in order; every side has the same
 */
public record Outcome(Map<String, double[]> parts) {
  /** A part that is not what it should be. */
  public record Difference(String part, double relative) {}

  /**
   * The first part that differs from the reference by more than is allowed. Parts are compared as
   * vectors, ‖this − reference‖ / ‖reference‖.
   *
   * @param allowed for a part, by its name
   */
  public Optional<Difference> differenceFrom(Outcome reference, ToDoubleFunction<String> allowed) {
    for (Map.Entry<String, double[]> e : parts.entrySet()) {
      double relative = relative(e.getValue(), reference.parts.get(e.getKey()));
      // Not a number is above any tolerance.
      if (!(relative <= allowed.applyAsDouble(e.getKey()))) {
        return Optional.of(new Difference(e.getKey(), relative));
      }
    }
    return Optional.empty();
  }

  private static double relative(double[] values, double[] reference) {
    double off = 0;
    double all = 0;
    for (int i = 0; i < values.length; i++) {
      off += (values[i] - reference[i]) * (values[i] - reference[i]);
      all += reference[i] * reference[i];
    }
    return off == 0 ? 0 : Math.sqrt(off / all);
  }
}
