package dev.ballast.bench.peers;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the sides of a workload compute the same. None is trusted more than the others: of three
 * or more the median of each value is right, and a side that is off is named. Of two that differ
 * neither can be told to be right, so neither is measured.
 */
public final class Agreement {
  /**
   * Of scores and losses. Single precision, summed in any order, is off by some 1e-7 there; half
   * precision in the products by 1e-3 in scores and above 1e-5 in a loss.
   */
  public static final double VALUES = 1e-5;

  /**
   * Of gradients and what they change. Where a value before ReLU is zero but for rounding, the
   * gradient of one side has a contribution that another's lacks, and both are right: one of tens
   * of thousands makes up to 1e-2. A wrong rule is off by more.
   */
  static final double GRADIENTS = 2e-2;

  private Agreement() {}

  /** For each side that is off, why. */
  public static Map<String, String> disqualified(Map<String, Outcome> outcomes) {
    Map<String, String> off = new LinkedHashMap<>();
    if (outcomes.size() < 2) {
      return off;
    }
    Outcome reference = median(List.copyOf(outcomes.values()));
    // The median of two lies halfway between them.
    double share = outcomes.size() == 2 ? 0.5 : 1;
    outcomes.forEach(
        (side, outcome) ->
            outcome
                .differenceFrom(reference, part -> share * allowed(part))
                .ifPresent(d -> off.put(side, reason(d, outcomes, side))));
    return off;
  }

  private static double allowed(String part) {
    return part.equals(Job.SCORES) || part.equals(Job.LOSSES) ? VALUES : GRADIENTS;
  }

  private static String reason(Outcome.Difference d, Map<String, Outcome> outcomes, String side) {
    Optional<String> only =
        outcomes.size() == 2
            ? outcomes.keySet().stream().filter(s -> !s.equals(side)).findFirst()
            : Optional.empty();
    double relative = only.isPresent() ? 2 * d.relative() : d.relative();
    String from =
        only.map(o -> "from " + o + ", and no third side tells which of them is wrong")
            .orElse("from the median of the sides");
    return String.format(
        Locale.ROOT,
        "computes something else: %s differs by %.2g %s (allowed: %.0e, relative)",
        d.part(),
        relative,
        from,
        allowed(d.part()));
  }

  private static Outcome median(List<Outcome> outcomes) {
    Map<String, double[]> parts = new LinkedHashMap<>();
    for (String part : outcomes.getFirst().parts().keySet()) {
      double[] middle = new double[outcomes.getFirst().parts().get(part).length];
      double[] column = new double[outcomes.size()];
      for (int i = 0; i < middle.length; i++) {
        for (int k = 0; k < column.length; k++) {
          column[k] = outcomes.get(k).parts().get(part)[i];
        }
        middle[i] = middle(column);
      }
      parts.put(part, middle);
    }
    return new Outcome(parts);
  }

  private static double middle(double[] values) {
    double[] sorted = values.clone();
    // Numbers that are none are sorted last.
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
