package dev.ballast.cli;

import java.util.OptionalDouble;

/**
 * How fast a training run is, and so how long it will take: the mean time of a step, the latest
 * counting most, and what an epoch takes beside its steps, as evaluation and checkpoints, once one
 * has ended. Times are those between the trainer's calls, so all that happens between two steps
 * counts.
 */
final class Pace {
  private static final double NANOS = 1e9;

  /** Steps that the mean goes back over: each counts a fiftieth less than the next. */
  private static final int MEMORY = 50;

  private final int epochs;
  private int measured;
  private double secondsPerStep;
  private double secondsBeside;
  private long last;
  private boolean started;
  private boolean between;
  private int epoch = 1;
  private int step;
  private int steps;

  /**
   * @param epochs of the whole run
   */
  Pace(int epochs) {
    this.epochs = epochs;
  }

  /**
   * A step has ended.
   *
   * @param now in nanoseconds
   */
  void step(int ofEpoch, int number, int of, long now) {
    double seconds = (now - last) / NANOS;
    if (started && (!between || measured == 0)) {
      measured++;
      secondsPerStep += (seconds - secondsPerStep) / Math.min(measured, MEMORY);
    } else if (between) {
      secondsBeside += Math.max(0, seconds - secondsPerStep);
    }
    epoch = ofEpoch;
    step = number;
    steps = of;
    started = true;
    between = false;
    last = now;
  }

  /** An epoch has ended, with its evaluation. */
  void epoch(long now) {
    secondsBeside = started ? (now - last) / NANOS : 0;
    between = true;
    last = now;
  }

  /** Seconds of a step; empty before two have ended. */
  OptionalDouble perStep() {
    return measured == 0 ? OptionalDouble.empty() : OptionalDouble.of(secondsPerStep);
  }

  /** Seconds to the end of the epoch that runs, evaluation included once one is known. */
  OptionalDouble leftOfEpoch() {
    return measured == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((steps - step) * secondsPerStep + secondsBeside);
  }

  /** Seconds to the end of the last epoch, if the run does not end before it. */
  OptionalDouble leftOfRun() {
    double epochsLeft = Math.max(0, epochs - epoch);
    return measured == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            leftOfEpoch().getAsDouble() + epochsLeft * (steps * secondsPerStep + secondsBeside));
  }
}
