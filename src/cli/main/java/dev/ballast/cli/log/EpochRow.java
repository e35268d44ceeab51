package dev.ballast.cli.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.util.OptionalDouble;

/** An epoch as a row of a table; what there is not is left out or empty. */
@JsonPropertyOrder({
  "epoch",
  "trainLoss",
  "testLoss",
  "testAccuracy",
  "steps",
  "seconds",
  "heapBytesPerStep"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
record EpochRow(
    int epoch,
    double trainLoss,
    Double testLoss,
    Double testAccuracy,
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
