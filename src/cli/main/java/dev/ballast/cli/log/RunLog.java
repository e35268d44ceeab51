package dev.ballast.cli.log;

import dev.ballast.train.Epoch;
import dev.ballast.train.TrainingListener;
import java.io.IOException;
import java.util.List;

/**
 * Writes down what a training run gives, as it goes. What can't be written is thrown as {@link
 * java.io.UncheckedIOException}.
 */
public interface RunLog extends TrainingListener, AutoCloseable {
  /**
   * Before the first step.
   *
   * @param before the epochs of the processes that this one goes on from
   * @param steps taken in the epoch after those
   */
  void begin(List<Epoch> before, int steps) throws IOException;

  @Override
  void close() throws IOException;
}
