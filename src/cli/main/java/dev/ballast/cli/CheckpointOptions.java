package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.data.Dataset;
import dev.ballast.train.CheckpointPolicy;
import dev.ballast.train.Checkpoints;
import dev.ballast.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of {@code train} that keep a run from being lost. */
final class CheckpointOptions {
  private static final double NANOS_PER_MINUTE = 60e9;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description = "Write checkpoints into this folder, at the end of each epoch.")
  private Optional<Path> folder;

  @Option(
      names = "--resume",
      description = "Go on from the newest checkpoint in the folder, if there is one.")
  private boolean resume;

  @Option(
      names = "--every-steps",
      paramLabel = "N",
      description = "A checkpoint after so many steps, too.")
  private Optional<Long> everySteps;

  @Option(
      names = "--every-minutes",
      paramLabel = "T",
      description = "A checkpoint after so much time, too.")
  private Optional<Double> everyMinutes;

  @Option(
      names = "--keep",
      paramLabel = "K",
      description = "So many of the newest checkpoints stay, and the best; 3 by default.")
  private Optional<Integer> keep;

  /**
   * @throws IllegalArgumentException where options are given that need a folder, and none is
   */
  void demandFolder() {
    boolean any = resume || everySteps.isPresent() || everyMinutes.isPresent() || keep.isPresent();
    if (any && folder.isEmpty()) {
      throw new IllegalArgumentException(
          "--resume, --every-steps, --every-minutes and --keep need --checkpoint DIR");
    }
  }

  /** The folder as it was given. */
  Optional<Path> folder() {
    return folder;
  }

  private CheckpointPolicy policy() {
    CheckpointPolicy p = CheckpointPolicy.eachEpoch();
    p = everySteps.isPresent() ? p.withEverySteps(everySteps.get()) : p;
    p = everyMinutes.isPresent() ? p.withEvery(minutes(everyMinutes.get())) : p;
    return keep.isPresent() ? p.withKeep(keep.get()) : p;
  }

  private static Duration minutes(double t) {
    return Duration.ofNanos((long) (t * NANOS_PER_MINUTE));
  }

  /**
   * The folder, if one was named.
   *
   * @param name of the folder in it, where there are several trainings; else empty
   * @throws IOException where it can't be written, or holds a run that nobody asked to resume
   */
  Optional<Checkpoints> open(Definition d, Dataset train, String name) throws IOException {
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path own = folder.get().resolve(name);
    Checkpoints c =
        Checkpoints.open(
            own, policy(), Provenance.of(d, train, List.of(), Optional.empty()).metadata());
    if (!resume && !c.isEmpty()) {
      c.close();
      throw new IOException(
          own + ": holds checkpoints of a run; go on with it by --resume, or name another folder");
    }
    return Optional.of(c);
  }

  /**
   * Goes on from the newest checkpoint, if that was asked for and there is one.
   *
   * @return the checkpoint
   */
  Optional<Path> resume(Checkpoints checkpoints, Trainer trainer, PrintWriter err)
      throws IOException {
    if (!resume) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      Optional<Checkpoints.Found> found = checkpoints.newest(arena, err::println);
      if (found.isEmpty()) {
        err.println("there is no checkpoint in " + checkpoints.folder() + " yet: this run begins");
        return Optional.empty();
      }
      try {
        trainer.resume(found.get().checkpoint()).forEach(err::println);
      } catch (IllegalArgumentException e) {
        Path file = found.get().file();
        throw new IOException(
            file + ": " + e.getMessage() + "; a new run may start with its weights: --from " + file,
            e);
      }
      err.println("resumed from " + found.get().file());
      return Optional.of(found.get().file());
    }
  }

  void close(Optional<Checkpoints> checkpoints) throws IOException {
    if (checkpoints.isPresent()) {
      checkpoints.get().close();
    }
  }
}
