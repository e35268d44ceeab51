package dev.ballast.cli;

import dev.ballast.cli.log.RunLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options of {@code train} that say where to put what it makes. */
final class OutputOptions {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the model; NAME.ballast in the current folder by default.")
  private Optional<Path> out;

  @Option(names = "--curve", paramLabel = "FILE.svg", description = "Draw losses and accuracy.")
  private Optional<Path> curve;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Write a row for each epoch, into a .csv or .jsonl file.")
  private List<Path> logs = List.of();

  @Option(
      names = "--tensorboard",
      paramLabel = "DIR",
      description = "Write an event file for TensorBoard into this folder.")
  private Optional<Path> tensorBoard;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write a page about the run: curves, confusions, worst examples, memory.")
  private Optional<Path> page;

  /**
   * Where one training puts what it makes.
   *
   * @param model the file of the model
   * @param page about the run
   */
  record Files(
      Path model,
      Optional<Path> curve,
      Optional<Path> page,
      List<Path> logs,
      Optional<Path> tensorBoard) {

    /** Finds out before an hour of training, not after. */
    void demandWritable() throws IOException {
      ModelPaths.demandWritable(model);
      for (Path f : Stream.of(curve, page).flatMap(Optional::stream).toList()) {
        ModelPaths.demandWritable(f);
      }
    }

    RunLogs openLogs() throws IOException {
      return RunLogs.open(logs, tensorBoard);
    }
  }

  /**
   * The files of one training.
   *
   * @param model the model's name
   * @param training the training's own among others, or empty
   */
  Files of(String model, String training) {
    return new Files(
        Sweep.named(out.orElse(Path.of(model + ".ballast")), training),
        curve.map(f -> Sweep.named(f, training)),
        page.map(f -> Sweep.named(f, training)),
        logs.stream().map(f -> Sweep.named(f, training)).toList(),
        tensorBoard.map(f -> f.resolve(training)));
  }
}
