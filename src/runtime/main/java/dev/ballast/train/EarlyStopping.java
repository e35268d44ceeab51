package dev.ballast.train;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a run ends before its last epoch. Epochs are judged by their test data: by the share of
 * right answers, or by the loss where there are none to count.
 *
 * @param patience so many epochs in a row without a better one end the run
 * @param smallestChange how much more right answers, as a share, or less loss counts as better
 * @param longest time in training steps, earlier processes' counted
 */
public record EarlyStopping(
    OptionalInt patience, double smallestChange, Optional<Duration> longest) {
  public EarlyStopping {
    if (patience.isPresent() && patience.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "patience must be at least 1 epoch, not " + patience.getAsInt());
    }
    if (!(smallestChange >= 0) || Double.isInfinite(smallestChange)) {
      throw new IllegalArgumentException(
          "the smallest change must be a finite number, at least 0, not " + smallestChange);
    }
    if (longest.isPresent() && !longest.get().isPositive()) {
      throw new IllegalArgumentException("the longest time must be above 0");
    }
  }

  /** Trains for all epochs. */
  public static EarlyStopping never() {
    return new EarlyStopping(OptionalInt.empty(), 0, Optional.empty());
  }

  public EarlyStopping withPatience(int epochs) {
    return new EarlyStopping(OptionalInt.of(epochs), smallestChange, longest);
  }

  public EarlyStopping withSmallestChange(double change) {
    return new EarlyStopping(patience, change, longest);
  }

  public EarlyStopping withLongest(Duration time) {
    return new EarlyStopping(patience, smallestChange, Optional.of(time));
  }

  /** Whether the last epochs brought nothing better. */
  boolean isOutOfPatience(List<Epoch> epochs) {
    if (patience.isEmpty()) {
      return false;
    }
    Optional<Evaluation> best = Optional.empty();
    int since = 0;
    for (Epoch e : epochs) {
      if (e.evaluation().isEmpty()) {
        return false;
      }
      Evaluation now = e.evaluation().get();
      if (best.isEmpty() || now.beats(best.get(), smallestChange)) {
        best = Optional.of(now);
        since = 0;
      } else {
        since++;
      }
    }
    return since >= patience.getAsInt();
  }

  boolean isOutOfTime(double seconds) {
    return longest.isPresent() && seconds >= longest.get().toNanos() / 1e9;
  }
}
