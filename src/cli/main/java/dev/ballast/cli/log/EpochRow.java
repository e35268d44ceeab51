package dev.ballast.cli.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.util.OptionalDouble;

/**
 * An epoch as a row of a table; what there is not is left out or empty. Evaluated are validation
 * data where there are any, else test data.
 */
@JsonPropertyOrder({
  "epoch",
  "trainLoss",
  "evaluationLoss",
  "evaluationAccuracy",
  "steps",
  "seconds",
  "heapBytesPerStep"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
record EpochRow(
    int epoch,
    double trainLoss,
    Double evaluationLoss,
    Double evaluationAccuracy,
    int steps,
    double seconds,
    double heapBytesPerStep) {
  static EpochRow of(Epoch e) {
    OptionalDouble accuracy =
        e.evaluation().map(Evaluation::accuracy).orElse(OptionalDouble.empty());
    return new EpochRow(
        e.number(),
        e.trainLoss(),
        e.evaluation().map(Evaluation::loss).orElse(null),
        accuracy.isPresent() ? accuracy.getAsDouble() : null,
        e.steps(),
        e.seconds(),
        e.heapBytesPerStep());
  }
}
