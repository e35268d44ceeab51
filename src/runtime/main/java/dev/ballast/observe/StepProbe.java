package dev.ballast.observe;

/**
 * Watches the steps of a training. Where the JDK has no Flight Recorder, or none records, it costs
 * next to nothing; it never allocates.
 */
public interface StepProbe {
  /** A step begins. */
  void begin();

  /**
   * It has ended.
   *
   * @param step counted from one; each micro-batch of a step is counted
   * @param loss the mean over the batch, before the step
   */
  void end(long step, double loss, double rate);

  /**
   * Watches steps of one training, which is for one thread: {@code dev.ballast.TrainingStep}.
   *
   * @param model by name
   */
  static StepProbe of(String model) {
    return Recorder.IS_THERE ? new StepEvent.Reused(model) : Nothing.AT_ALL;
  }

  /** Where nothing can be recorded. */
  enum Nothing implements StepProbe {
    AT_ALL;

    @Override
    public void begin() {}

    @Override
    public void end(long step, double loss, double rate) {}
  }
}
