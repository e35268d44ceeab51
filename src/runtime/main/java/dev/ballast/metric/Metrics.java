package dev.ballast.metric;

import java.util.List;
import java.util.OptionalDouble;

/** How good predictions are. What has no value on the given data is empty, never NaN. */
public sealed interface Metrics permits Classification, Regression {
  /** What has no value, and why: a sentence each. */
  List<String> undefined();

  /** The mean of the values there are. */
  static OptionalDouble mean(List<OptionalDouble> values) {
    return values.stream()
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }
}
