package dev.ballast.train;

/** Hears of a training run's progress, on its thread. Does nothing unless overridden. */
public interface TrainingListener {
  /**
   * After each batch: a step, or a part of one where several make a step.
   *
   * @param epoch from 1
   * @param step of the batch, from 1, within the epoch
   * @param steps batches in the epoch
   * @param meanLoss of the epoch so far
   */
  default void onStep(int epoch, int step, int steps, double meanLoss) {}

  default void onEpoch(Epoch epoch) {}
}
