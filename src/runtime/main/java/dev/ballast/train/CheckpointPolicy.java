package dev.ballast.train;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When checkpoints are written besides at the end of each epoch, and how many stay.
 *
 * @param everySteps so many steps after the last one
 * @param every so much time after the last one
 * @param keep so many of the newest stay; that of the best epoch stays besides
 */
public record CheckpointPolicy(OptionalLong everySteps, Optional<Duration> every, int keep) {
  public CheckpointPolicy {
    if (everySteps.isPresent() && everySteps.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "a checkpoint every " + everySteps.getAsLong() + " steps: must be at least 1");
    }
    if (every.isPresent() && !every.get().isPositive()) {
      throw new IllegalArgumentException("the time between checkpoints must be above 0");
    }
    if (keep < 1) {
      throw new IllegalArgumentException("checkpoints to keep: " + keep + " must be at least 1");
    }
  }

  /** At the end of each epoch; the newest three stay. */
  public static CheckpointPolicy eachEpoch() {
    return new CheckpointPolicy(OptionalLong.empty(), Optional.empty(), 3);
  }

  public CheckpointPolicy withEverySteps(long steps) {
    return new CheckpointPolicy(OptionalLong.of(steps), every, keep);
  }

  public CheckpointPolicy withEvery(Duration time) {
    return new CheckpointPolicy(everySteps, Optional.of(time), keep);
  }

  public CheckpointPolicy withKeep(int newest) {
    return new CheckpointPolicy(everySteps, every, newest);
  }

  boolean isDue(long stepsSince, long nanosSince) {
    return everySteps.isPresent() && stepsSince >= everySteps.getAsLong()
        || every.isPresent() && nanosSince >= every.get().toNanos();
  }
}
