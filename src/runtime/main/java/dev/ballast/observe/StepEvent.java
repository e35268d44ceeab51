package dev.ballast.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** One step of a training that took longer than the recording's threshold. */
@Name("dev.ballast.TrainingStep")
@Label("Training step")
@Category("Ballast")
@Description("One step of a training, above the threshold; the loss is that before the step")
@Threshold("10 ms")
@StackTrace(false)
final class StepEvent extends Event {
  @Label("Model")
  String model = "";

  @Label("Step")
  long step;

  @Label("Loss")
  double loss;

  @Label("Learning rate")
  double rate;

  /**
   * One event for all steps of a training, since it is for one thread; made when a recording is
   * first seen.
   */
  static final class Reused implements StepProbe {
    private final String model;
    private StepEvent event;

    Reused(String model) {
      this.model = model;
    }

    @Override
    public void begin() {
      if (event == null && Recorder.isInUse()) {
        event = new StepEvent();
        event.model = model;
      }
      if (event != null && event.isEnabled()) {
        event.begin();
      }
    }

    @Override
    public void end(long step, double loss, double rate) {
      if (event != null && event.isEnabled()) {
        event.end();
        if (event.shouldCommit()) {
          event.step = step;
          event.loss = loss;
          event.rate = rate;
          event.commit();
        }
      }
    }
  }
}
