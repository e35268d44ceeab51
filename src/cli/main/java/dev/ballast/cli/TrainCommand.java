package dev.ballast.cli;

import dev.ballast.cli.definition.DataSource;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
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
import dev.ballast.train.DivergedException;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingRun;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains the model of a definition and writes it to a file. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains the model of a definition and writes it to a file.",
    footer = {
      "",
      "Examples:  ballast train models/mnist-mlp.toml --epochs 3 --out digits.ballast",
      "           ballast train models/mnist-mlp.toml --report run.html"
    })
final class TrainCommand implements Callable<Integer> {
  /** As shells have it of a program that Ctrl-C ended. */
  private static final int STOPPED = 130;

  @Parameters(index = "0", paramLabel = "FILE.toml", description = "The model's definition.")
  private Path file;

  @Option(names = "--epochs", paramLabel = "N", description = "Times through the data.")
  private Optional<Integer> epochs;

  @Option(names = "--seed", paramLabel = "N", description = "Of first weights, order and dropout.")
  private Optional<Long> seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the model; NAME.ballast in the current folder by default.")
  private Optional<Path> out;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "The folder, or the .zip of images, that holds the data.")
  private Optional<Path> data;

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "What training may take, as 64MiB; results are computed again to fit it.")
  private Optional<Long> budget;

  @Option(names = "--curve", paramLabel = "FILE.svg", description = "Draw losses and accuracy.")
  private Optional<Path> curve;

  @Option(
      names = "--detect-anomaly",
      description = "Find the op that makes the first NaN or infinity; takes longer.")
  private boolean detectAnomaly;

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

  @Option(
      names = "--from",
      paramLabel = "FILE.ballast",
      description = "Start with the weights of a model of the same layers instead of new ones.")
  private Optional<Path> from;

  @Option(names = "--skip-bad", description = "Leave out bad rows, images, labels; count them.")
  private boolean skipBad;

  @Mixin private CheckpointOptions checkpoint;
  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  /** The checkpoint that this run went on from. */
  private Optional<Path> resumedFrom = Optional.empty();

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Remarks remarks = new Remarks(err);
    Definition d = definition(remarks);
    Path target = out.orElse(Path.of(d.model().name() + ".ballast"));
    ModelPaths.demandWritable(target);
    if (curve.isPresent()) {
      ModelPaths.demandWritable(curve.get());
    }
    if (page.isPresent()) {
      ModelPaths.demandWritable(page.get());
    }
    try (StopSignal signal = new StopSignal();
        DataSource.Training parts = d.training(remarks);
        Dataset test = d.test(remarks);
        Trainer trainer =
            new Trainer(
                d.model(),
                d.options(),
                parts.train(),
                Optional.of(parts.validation().orElse(test)))) {
      Dataset train = parts.train();
      if (from.isPresent()) {
        FirstWeights.copy(from.get(), trainer.session());
      }
      announce(err, trainer.plan(), train);
      signal.stops(trainer);
      TrainingRun run = fit(d, trainer, parts);
      if (run.end() == TrainingRun.End.STOPPED && isUnfinished(run)) {
        return STOPPED;
      }
      Evaluation best = trainer.evaluate(test);
      ModelFile.write(
          target,
          Graphs.serving(d.model(), d.options().loss(), 1),
          trainer.session().weights(),
          Provenance.of(d, train, run.epochs().size(), Optional.of(best)).metadata());
      if (curve.isPresent()) {
        String svg = LearningCurve.svg(d.model().name(), run.epochs(), bestEpoch(run));
        ModelPaths.replace(curve.get(), svg.getBytes(StandardCharsets.UTF_8));
      }
      if (page.isPresent()) {
        ModelPaths.replace(page.get(), page(d, trainer, run, judgedOn(parts), best, test, target));
      }
      Report report = report(d, trainer, run, best, target);
      parts.validation().ifPresent(v -> put(report, "validation", trainer.evaluate(v), d));
      remarks.finish(report);
      report.print(spec.commandLine().getOut(), format);
    } catch (DivergedException e) {
      advise(e);
      return Commands.FAILED;
    }
    return 0;
  }

  private TrainingRun fit(Definition d, Trainer trainer, DataSource.Training parts)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    TrainingOptions o = d.options();
    Progress progress =
        new Progress(
            err,
            Progress.isTerminal(),
            o.epochs(),
            o.batch(),
            parts.train().size(),
            judgedOn(parts));
    Optional<Checkpoints> checkpoints = checkpoint.open(d, parts.train());
    try (Closeable _ = () -> checkpoint.close(checkpoints);
        RunLogs log = RunLogs.open(logs, tensorBoard)) {
      if (checkpoints.isPresent()) {
        resumedFrom = checkpoint.resume(checkpoints.get(), trainer, err);
      }
      log.begin(trainer.epochs(), trainer.stepsOfEpoch());
      return trainer.fit(log.and(progress), checkpoints);
    }
  }

  /** Says how a run that was stopped goes on; true where there is no model to be written. */
  private boolean isUnfinished(TrainingRun run) {
    PrintWriter err = spec.commandLine().getErr();
    if (checkpoint.folder().isPresent()) {
      err.printf(
          "stopped; go on with: ballast train %s --checkpoint %s --resume%n",
          file, checkpoint.folder().get());
      return true;
    }
    err.printf(
        "stopped after %d epochs; with --checkpoint DIR it could go on%n", run.epochs().size());
    return run.bestEpoch().isEmpty();
  }

  private void advise(DivergedException e) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + e.getMessage());
    String again = "ballast train " + file;
    if (checkpoint.folder().isPresent()) {
      Path folder = checkpoint.folder().get();
      err.println("the checkpoints before it are in " + folder + ", nothing was written over");
      again += " --checkpoint " + folder + " --resume";
    }
    if (!e.namesOp()) {
      err.println("see which op made it first: " + again + " --detect-anomaly");
    }
  }

  private Definition definition(Remarks remarks) throws IOException {
    if (epochs.isPresent() && epochs.get() < 0) {
      throw new ParameterException(
          spec.commandLine(), "--epochs must be at least 0, not " + epochs.get());
    }
    checkpoint.demandFolder();
    Definition d = DefinitionReader.read(file);
    TrainingOptions o = d.options().withDetectAnomaly(detectAnomaly);
    o = o.withEpochs(epochs.orElse(o.epochs())).withSeed(seed.orElse(o.seed()));
    o = budget.isPresent() ? o.withPlan(o.plan().withBudget(budget.get())) : o;
    d = d.withOptions(o);
    d = d.withData(data.map(d.data()::in).orElse(d.data()));
    return (skipBad ? d.skippingBad() : d).fitted(remarks);
  }

  private static void announce(PrintWriter err, Plan plan, Dataset train) {
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

  private Report report(
      Definition d, Trainer trainer, TrainingRun run, Evaluation best, Path target)
      throws IOException {
    Plan plan = trainer.plan();
    Report r = new Report();
    put(r, "test", best, d);
    List<Epoch> epochs = run.epochs();
    if (!epochs.isEmpty()) {
      r.put("trainLoss", epochs.getLast().trainLoss());
    }
    r.put("epochs", epochs.size());
    run.bestEpoch().ifPresent(k -> r.put("bestEpoch", k));
    r.put("end", run.end().reason());
    resumedFrom.ifPresent(f -> r.put("resumedFrom", f.toString()));
    r.put("secondsPerEpoch", medianSeconds(epochs));
    r.put("trainingSeconds", epochs.stream().mapToDouble(Epoch::seconds).sum());
    r.put("steps", epochs.stream().mapToInt(Epoch::steps).sum());
    r.put("arenaBytes", plan.arenaBytes());
    r.put("lowerBoundBytes", plan.lowerBoundBytes());
    r.put("alignmentBytes", plan.alignmentBytes());
    r.put("noReuseBytes", plan.noReuseBytes());
    r.put("segmentBytes", trainer.session().segmentBytes());
    if (plan.options().memoryBudget().isPresent()) {
      r.put("recomputedNodes", plan.recomputation().nodes());
      r.put("extraFlops", plan.recomputation().extraFlops());
    }
    r.put("certificate", plan.certificate().toString());
    if (!epochs.isEmpty()) {
      r.put("heapBytesPerStep", tidy(epochs.getLast().heapBytesPerStep()));
    }
    r.put("parameters", plan.graph().parameterCount());
    r.put("seed", d.options().seed());
    try (ModelFile written = ModelFile.open(target)) {
      r.put("weightsChecksum", written.weightsChecksum());
    }
    r.put("model", target.toString());
    return r;
  }

  private static void put(Report r, String part, Evaluation e, Definition d) {
    e.accuracy().ifPresent(a -> r.put(part + "Accuracy", a));
    r.put(part + "Loss", e.loss());
    d.rootMeanSquare(e).ifPresent(error -> r.put(part + "RootMeanSquare", error));
  }

  /**
   * @param judgedOn what part of the data the epochs were compared on
   */
  private byte[] page(
      Definition d,
      Trainer trainer,
      TrainingRun run,
      String judgedOn,
      Evaluation best,
      Dataset test,
      Path target)
      throws IOException {
    List<String> given = spec.commandLine().getParseResult().originalArgs();
    boolean pictures = d.data() instanceof PixelSource;
    try (ModelFile written = ModelFile.open(target)) {
      RunMaterial material =
          new RunMaterial(
              d.model(),
              d.classes(),
              run,
              judgedOn,
              best,
              trainer.plan(),
              d.options().batch(),
              trainer.session().segmentBytes(),
              written,
              test,
              d.data().folder().toString(),
              pictures,
              RepeatCommand.of(given));
      return RunPage.html(RunReport.of(material)).getBytes(StandardCharsets.UTF_8);
    }
  }

  private static String judgedOn(DataSource.Training parts) {
    return parts.validation().isPresent() ? "validation" : "test";
  }

  private static Optional<Integer> bestEpoch(TrainingRun run) {
    return run.bestEpoch().stream().boxed().findFirst();
  }

  private static double medianSeconds(List<Epoch> run) {
    List<Double> sorted =
        run.stream().map(Epoch::seconds).sorted(Comparator.naturalOrder()).toList();
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }

  /** Whole numbers as such. */
  private static Number tidy(double d) {
    if (d == Math.rint(d)) {
      return (long) d;
    }
    return d;
  }
}
