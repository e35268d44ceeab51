package dev.ballast.train;

import dev.ballast.loss.Loss;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Schedule;
import dev.ballast.optim.UpdateRule;
import dev.ballast.plan.PlanOptions;

/**
 * How to train.
 *
 * @param loss what to make small
 * @param update how
 * @param schedule the learning rate, step by step
 * @param batch examples whose gradients are computed together; the last batch of an epoch takes
 *     what is left
 * @param accumulate how many batches make a step together; the last step of an epoch takes what is
 *     left
 * @param epochs times through the data
 * @param seed of first weights, order and dropout
 * @param shuffle whether each epoch has an order of its own, or the dataset's
 * @param plan how to plan memory
 * @param earlyStopping when to end before the last epoch
 * @param detectAnomaly whether to look at every result for the first NaN or infinity: slow
 */
public record TrainingOptions(
    Loss loss,
    UpdateRule update,
    Schedule schedule,
    int batch,
    int accumulate,
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
    if (accumulate < 1) {
      throw new IllegalArgumentException("accumulate must be at least 1, not " + accumulate);
    }
    if (accumulate > 1 && loss.divisor().isEmpty()) {
      throw new IllegalArgumentException(
          "terms of a mixed loss that weigh labels differently can't be accumulated: give all the"
              + " same class weights and ignored label, or leave out accumulate");
    }
  }

  /** Batches of 64, a step each, 10 epochs at one learning rate, seed 0, shuffled. */
  public static TrainingOptions of(Loss loss, Optimizer optimizer) {
    return new TrainingOptions(
        loss,
        UpdateRule.of(optimizer),
        new Schedule.Constant(),
        64,
        1,
        10,
        0,
        true,
        PlanOptions.defaults(),
        EarlyStopping.never(),
        false);
  }

  public Optimizer optimizer() {
    return update.optimizer();
  }

  public TrainingOptions withLoss(Loss newLoss) {
    return new TrainingOptions(
        newLoss,
        update,
        schedule,
        batch,
        accumulate,
        epochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withUpdate(UpdateRule newUpdate) {
    return new TrainingOptions(
        loss,
        newUpdate,
        schedule,
        batch,
        accumulate,
        epochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withSchedule(Schedule newSchedule) {
    return new TrainingOptions(
        loss,
        update,
        newSchedule,
        batch,
        accumulate,
        epochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withBatch(int newBatch) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        newBatch,
        accumulate,
        epochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withAccumulate(int newAccumulate) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        newAccumulate,
        epochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withEpochs(int newEpochs) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        accumulate,
        newEpochs,
        seed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withSeed(long newSeed) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        accumulate,
        epochs,
        newSeed,
        shuffle,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withShuffle(boolean on) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        accumulate,
        epochs,
        seed,
        on,
        plan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withPlan(PlanOptions newPlan) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        accumulate,
        epochs,
        seed,
        shuffle,
        newPlan,
        earlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withEarlyStopping(EarlyStopping newEarlyStopping) {
    return new TrainingOptions(
        loss,
        update,
        schedule,
        batch,
        accumulate,
        epochs,
        seed,
        shuffle,
        plan,
        newEarlyStopping,
        detectAnomaly);
  }

  public TrainingOptions withDetectAnomaly(boolean on) {
    return new TrainingOptions(
        loss, update, schedule, batch, accumulate, epochs, seed, shuffle, plan, earlyStopping, on);
  }
}
