package dev.ballast.bench.soak;

import dev.ballast.train.TrainingSession;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Learns all the while, on a thread of its own. */
final class Learner implements Runnable, AutoCloseable {
  private static final int EXAMPLES = 4096;
  private static final double STEPS_A_TURN = 30_000;
  private static final double RATE_OF_MEAN = 0.01;

  private final TrainingSession training =
      TrainingSession.open(SoakModel.MODEL, SoakModel.TRAINING);
  private final float[] examples = SoakModel.examples(EXAMPLES, 2);
  private final AtomicBoolean stop;
  private final long pauseNanos;
  private double meanLoss = Math.log(SoakModel.CLASSES);

  /**
   * @param pauseNanos after each step
   */
  Learner(AtomicBoolean stop, long pauseNanos) {
    this.stop = stop;
    this.pauseNanos = pauseNanos;
  }

  @Override
  public void run() {
    while (!stop.get()) {
      step();
      LockSupport.parkNanos(pauseNanos);
    }
  }

  private synchronized void step() {
    long first = training.steps() * SoakModel.BATCH % EXAMPLES;
    double turn = training.steps() / STEPS_A_TURN;
    MemorySegment.copy(
        examples,
        (int) first * SoakModel.INPUTS,
        training.x().memory(),
        ValueLayout.JAVA_FLOAT,
        0,
        SoakModel.BATCH * SoakModel.INPUTS);
    for (int i = 0; i < SoakModel.BATCH; i++) {
      training.target().setLong(i, SoakModel.label(examples, (int) first + i, turn));
    }
    meanLoss += RATE_OF_MEAN * (training.step() - meanLoss);
  }

  /** A copy of what is learnt so far. */
  synchronized void copyTo(MemorySegment weights) {
    weights.copyFrom(training.keep());
  }

  synchronized long steps() {
    return training.steps();
  }

  /** Over the last hundred steps or so. */
  synchronized double meanLoss() {
    return meanLoss;
  }

  @Override
  public synchronized void close() {
    training.close();
  }
}
