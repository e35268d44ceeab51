package dev.ballast.cli;

import dev.ballast.cli.definition.DataSource;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.PixelSource;
import dev.ballast.cli.log.RunLogs;
import dev.ballast.cli.picture.LearningCurve;
import dev.ballast.cli.report.RepeatCommand;
import dev.ballast.cli.report.RunMaterial;
import dev.ballast.cli.report.RunPage;
import dev.ballast.cli.report.RunReport;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.plan.Plan;
import dev.ballast.train.Checkpoints;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingRun;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One training of {@code train}, from a definition to the files that it leaves.
 *
 * @param name of this training among others, for its files; empty where it is the only one
 * @param from weights of a model that it begins with
 * @param given the words of the command
 * @param err hears what happens
 */
record TrainingJob(
    Definition definition,
    String name,
    OutputOptions.Files files,
    CheckpointOptions checkpoint,
    Optional<FirstWeights> from,
    List<String> given,
    boolean quiet,
    PrintWriter err) {

  /** What was trained, and on what. */
  private record Trained(
      Trainer trainer, TrainingRun run, Dataset test, String judgedOn, Evaluation result) {}

  /**
   * Trains and writes the files.
   *
   * @param signal that stops it
   * @param remarks hears of data that are passed over
   * @return nothing where it was stopped and leaves no model
   */
  Optional<Report> run(StopSignal signal, Remarks remarks) throws IOException {
    files.demandWritable();
    try (DataSource.Training parts = definition.training(remarks);
        Dataset test = definition.test(remarks);
        Trainer trainer =
            new Trainer(
                definition.model(),
                definition.options(),
                parts.train(),
                Optional.of(parts.validation().orElse(test)))) {
      if (from.isPresent()) {
        from.get().copyTo(trainer.session());
      }
      if (!quiet) {
        announce(trainer.plan(), parts.train());
      }
      signal.stops(trainer);
      String judgedOn = parts.validation().isPresent() ? "validation" : "test";
      Fitted fitted = fit(trainer, parts.train(), judgedOn);
      if (fitted.run.end() == TrainingRun.End.STOPPED && !leavesModel(fitted.run)) {
        return Optional.empty();
      }
      Trained t = new Trained(trainer, fitted.run, test, judgedOn, trainer.evaluate(test));
      write(t, parts.train());
      Report report =
          TrainingReport.of(
              definition, trainer, t.run, t.result, files.model(), fitted.resumedFrom);
      parts
          .validation()
          .ifPresent(
              v -> TrainingReport.put(report, "validation", trainer.evaluate(v), definition));
      remarks.finish(report);
      return Optional.of(report);
    }
  }

  private void announce(Plan plan, Dataset train) {
    err.printf(
        Locale.ROOT,
        "plan: %,d bytes in one arena (lower bound %,d, without reuse %,d), %s; %d steps%n",
        plan.arenaBytes(),
        plan.lowerBoundBytes(),
        plan.noReuseBytes(),
        plan.certificate(),
        plan.steps().size());
    if (plan.options().memoryBudget().isPresent()) {
      err.printf(
          Locale.ROOT,
          "budget: %,d nodes run again in each step, %,d FLOPs more%n",
          plan.recomputation().nodes(),
          plan.recomputation().extraFlops());
    }
    err.printf(
        Locale.ROOT,
        "model: %,d parameters; data: %,d examples%n",
        plan.graph().parameterCount(),
        train.size());
    err.flush();
  }

  /**
   * @param resumedFrom the checkpoint that the run went on from
   */
  private record Fitted(TrainingRun run, Optional<Path> resumedFrom) {}

  private Fitted fit(Trainer trainer, Dataset train, String judgedOn) throws IOException {
    Optional<Checkpoints> checkpoints = checkpoint.open(definition, train, name);
    try (Closeable _ = () -> checkpoint.close(checkpoints);
        RunLogs log = files.openLogs()) {
      Optional<Path> resumedFrom = Optional.empty();
      if (checkpoints.isPresent()) {
        resumedFrom = checkpoint.resume(checkpoints.get(), trainer, err);
      }
      if (resumedFrom.isPresent() && from.isPresent()) {
        err.println(from.get().model() + ": is passed over: the run goes on from its checkpoint");
      }
      log.begin(trainer.epochs(), trainer.stepsOfEpoch());
      TrainingListener listener = log.and(progress(train.size(), judgedOn));
      return new Fitted(trainer.fit(listener, checkpoints), resumedFrom);
    }
  }

  private TrainingListener progress(int examples, String judgedOn) {
    if (quiet) {
      return new TrainingListener() {};
    }
    int epochs = definition.options().epochs();
    int batch = definition.options().batch();
    return new Progress(
        Progress.Screen.of(err), new Progress.Run(epochs, batch, examples, judgedOn));
  }

  /**
   * Says what is left of a run that was stopped, and how it goes on. With checkpoints the run isn't
   * at its end, and writes no model; without, the best of its epochs is all that is left.
   */
  private boolean leavesModel(TrainingRun run) {
    String where = "in epoch " + (run.epochs().size() + 1);
    if (checkpoint.folder().isPresent()) {
      err.printf("stopped %s; go on with: %s%n", where, RepeatCommand.resumed(given));
      return false;
    }
    String keep = "with --checkpoint DIR a run that is stopped can go on";
    if (run.bestEpoch().isEmpty()) {
      err.printf("stopped %s: nothing of it is left, since no epoch has ended; %s%n", where, keep);
      return false;
    }
    err.printf(
        "stopped %s, whose steps are lost; %s gets the weights of epoch %d, the best; %s%n",
        where, files.model(), run.bestEpoch().getAsInt(), keep);
    return true;
  }

  private void write(Trained t, Dataset train) throws IOException {
    ModelFile.write(
        files.model(),
        Graphs.serving(definition.model(), definition.options().loss(), 1),
        t.trainer.session().weights(),
        Provenance.of(definition, train, t.run.epochs(), Optional.of(t.result)).metadata());
    if (files.curve().isPresent()) {
      Optional<Integer> kept = t.run.bestEpoch().stream().boxed().findFirst();
      String svg = LearningCurve.svg(definition.model().name(), t.run.epochs(), t.judgedOn, kept);
      ModelPaths.replace(files.curve().get(), svg.getBytes(StandardCharsets.UTF_8));
    }
    if (files.page().isPresent()) {
      ModelPaths.replace(files.page().get(), page(t));
    }
  }

  private byte[] page(Trained t) throws IOException {
    try (ModelFile written = ModelFile.open(files.model())) {
      RunMaterial material =
          new RunMaterial(
              definition.model(),
              definition.classes(),
              definition.ignoredLabel(),
              t.run,
              t.judgedOn,
              t.result,
              t.trainer.plan(),
              definition.options().batch(),
              t.trainer.session().segmentBytes(),
              written,
              t.test,
              definition.data().folder().toString(),
              definition.data() instanceof PixelSource,
              RepeatCommand.of(given));
      return RunPage.html(RunReport.of(material)).getBytes(StandardCharsets.UTF_8);
    }
  }
}
