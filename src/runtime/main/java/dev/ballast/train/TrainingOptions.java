package dev.ballast.train;

import dev.ballast.loss.Loss;
import dev.ballast.optim.Optimizer;
import dev.ballast.plan.PlanOptions;

/**
 * How to train.
 *
 * @param loss what to make small
 * @param optimizer how
 * @param batch examples in a step; the last step of an epoch takes what is left
 * @param epochs times through the data
 * @param seed of first weights, order and dropout
 * @param shuffle whether each epoch has an order of its own, or the dataset's
 * @param plan how to plan memory
 * @param earlyStopping when to end before the last epoch
 * @param detectAnomaly whether to look at every result for the first NaN or infinity: slow
 */
public record TrainingOptions(
    Loss loss,
    Optimizer optimizer,
    int batch,
    int epochs,
    long seed,
    boolean shuffle,
    PlanOptions plan,
    EarlyStopping earlyStopping,
    boolean detectAnomaly) {
  public TrainingOptions {
    if (batch < 1 || epochs < 0) {
      throw new IllegalArgumentException(
          "batch " + batch + " must be at least 1, epochs " + epochs + " at least 0");
    }
  }

  /** Batches of 64, 10 epochs, seed 0, shuffled. */
  public static TrainingOptions of(Loss loss, Optimizer optimizer) {
    return new TrainingOptions(
        loss, optimizer, 64, 10, 0, true, PlanOptions.defaults(), EarlyStopping.never(), false);
  }

  public TrainingOptions withLoss(Loss newLoss) {
    return new TrainingOptions(
        newLoss, optimizer, batch, epochs, seed, shuffle, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withOptimizer(Optimizer newOptimizer) {
    return new TrainingOptions(
        loss, newOptimizer, batch, epochs, seed, shuffle, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withBatch(int newBatch) {
    return new TrainingOptions(
        loss, optimizer, newBatch, epochs, seed, shuffle, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withEpochs(int newEpochs) {
    return new TrainingOptions(
        loss, optimizer, batch, newEpochs, seed, shuffle, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withSeed(long newSeed) {
    return new TrainingOptions(
        loss, optimizer, batch, epochs, newSeed, shuffle, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withShuffle(boolean on) {
    return new TrainingOptions(
        loss, optimizer, batch, epochs, seed, on, plan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withPlan(PlanOptions newPlan) {
    return new TrainingOptions(
        loss, optimizer, batch, epochs, seed, shuffle, newPlan, earlyStopping, detectAnomaly);
  }

  public TrainingOptions withEarlyStopping(EarlyStopping newEarlyStopping) {
    return new TrainingOptions(
        loss, optimizer, batch, epochs, seed, shuffle, plan, newEarlyStopping, detectAnomaly);
  }

  public TrainingOptions withDetectAnomaly(boolean on) {
    return new TrainingOptions(
        loss, optimizer, batch, epochs, seed, shuffle, plan, earlyStopping, on);
  }
}
