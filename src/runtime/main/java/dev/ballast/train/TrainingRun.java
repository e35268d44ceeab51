package dev.ballast.train;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a call of {@link Trainer#fit} came to.
 *
 * @param epochs that have ended, those before a resumption included
 * @param bestEpoch whose weights are in place now; absent where no epoch was judged
 * @param end why it ended
 */
public record TrainingRun(List<Epoch> epochs, OptionalInt bestEpoch, End end) {
  public TrainingRun {
    epochs = List.copyOf(epochs);
  }

  /** Why training ended. */
  public enum End {
    /** All epochs are done. */
    FINISHED("all epochs are done"),
    /** {@link EarlyStopping#patience()}. */
    PATIENCE("no epoch got better for as long as patience lasts"),
    /** {@link EarlyStopping#longest()}. */
    TIME("the longest time is over"),
    /** {@link Trainer#stop}; there is more to do. */
    STOPPED("it was asked to stop");

    private final String reason;

    End(String reason) {
      this.reason = reason;
    }

    public String reason() {
      return reason;
    }
  }
}
