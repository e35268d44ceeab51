package dev.ballast.cli.log;

import dev.ballast.train.Epoch;
import dev.ballast.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All logs of a run as one. */
public final class RunLogs implements AutoCloseable {
  private final List<RunLog> logs = new ArrayList<>();

  private RunLogs() {}

  /**
   * @throws IOException where one can't be written: none is left open then
   */
  public static RunLogs open(List<Path> tables, Optional<Path> tensorBoard) throws IOException {
    RunLogs all = new RunLogs();
    boolean opened = false;
    try {
      for (Path file : tables) {
        all.logs.add(EpochLog.open(file));
      }
      if (tensorBoard.isPresent()) {
        all.logs.add(TensorBoardLog.open(tensorBoard.get()));
      }
      opened = true;
      return all;
    } finally {
      if (!opened) {
        all.close();
      }
    }
  }

  /** These logs, and another listener after them. */
  public TrainingListener and(TrainingListener other) {
    return new TrainingListener() {
      @Override
      public void onStep(int epoch, int step, int steps, double meanLoss) {
        logs.forEach(l -> l.onStep(epoch, step, steps, meanLoss));
        other.onStep(epoch, step, steps, meanLoss);
      }

      @Override
      public void onEpoch(Epoch epoch) {
        logs.forEach(l -> l.onEpoch(epoch));
        other.onEpoch(epoch);
      }
    };
  }

  /** See {@link RunLog#begin}. */
  public void begin(List<Epoch> before, int steps) throws IOException {
    for (RunLog l : logs) {
      l.begin(before, steps);
    }
  }

  @Override
  public void close() throws IOException {
    for (RunLog l : logs) {
      l.close();
    }
  }
}
