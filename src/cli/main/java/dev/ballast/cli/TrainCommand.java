package dev.ballast.cli;

import dev.ballast.cli.definition.DataSource;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.definition.Overrides;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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

  @Option(
      names = "--replace",
      paramLabel = "NAME",
      description = {
        "With --from: parameters that start afresh, and may have another shape, as 'fc3.*'.",
        "All others must be in the model. With a frozen [[group]], this is fine-tuning."
      })
  private List<String> replaced = List.of();

  @Option(names = "--skip-bad", description = "Leave out bad rows, images, labels; count them.")
  private boolean skipBad;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Instead of the definition's value, as batch=32 or optimizer.momentum=0.8.")
  private List<String> settings = List.of();

  @Option(
      names = "--sweep",
      paramLabel = "KEY=A,B,C",
      description = "Train with each of these values, and say which did best; lr is a short name.")
  private List<String> ranges = List.of();

  @Mixin private CheckpointOptions checkpoint;
  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  /** The checkpoint that this run went on from. */
  private Optional<Path> resumedFrom = Optional.empty();

  @Override
  public Integer call() throws IOException {
    Sweep sweep = Sweep.of(ranges);
    if (ranges.isEmpty()) {
      return single();
    }
    PrintWriter err = spec.commandLine().getErr();
    SweepSummary summary = new SweepSummary(sweep.keys());
    for (List<String> values : sweep.settings()) {
      String name = Sweep.name(values);
      err.println(
          "training " + (summary.size() + 1) + " of " + sweep.settings().size() + ": " + name);
      List<String> all = new ArrayList<>(settings);
      all.addAll(values);
      try {
        Optional<Report> report = train(all, name);
        if (report.isEmpty()) {
          return STOPPED;
        }
        summary.add(Sweep.values(values), report.get());
      } catch (DivergedException e) {
        err.println(e.getMessage());
        summary.addDiverged(Sweep.values(values));
      }
    }
    summary.print(spec.commandLine().getOut(), format);
    return 0;
  }

  private int single() throws IOException {
    try {
      Optional<Report> report = train(settings, "");
      report.ifPresent(r -> r.print(spec.commandLine().getOut(), format));
      return report.isPresent() ? 0 : STOPPED;
    } catch (DivergedException e) {
      advise(e);
      return Commands.FAILED;
    }
  }

  /**
   * @param name of this training among others, for its files; empty where it is the only one
   * @return nothing where it was stopped and there is more to do
   */
  private Optional<Report> train(List<String> chosen, String name) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Remarks remarks = new Remarks(err);
    Definition d = definition(chosen, remarks);
    Path target = Sweep.named(out.orElse(Path.of(d.model().name() + ".ballast")), name);
    Optional<Path> curveFile = curve.map(f -> Sweep.named(f, name));
    Optional<Path> pageFile = page.map(f -> Sweep.named(f, name));
    ModelPaths.demandWritable(target);
    for (Path f : Stream.of(curveFile, pageFile).flatMap(Optional::stream).toList()) {
      ModelPaths.demandWritable(f);
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
        new FirstWeights(from.get(), replaced).copyTo(trainer.session());
      }
      announce(err, trainer.plan(), train);
      signal.stops(trainer);
      TrainingRun run = fit(d, trainer, parts, name);
      if (run.end() == TrainingRun.End.STOPPED && isUnfinished(run)) {
        return Optional.empty();
      }
      Evaluation best = trainer.evaluate(test);
      ModelFile.write(
          target,
          Graphs.serving(d.model(), d.options().loss(), 1),
          trainer.session().weights(),
          Provenance.of(d, train, run.epochs().size(), Optional.of(best)).metadata());
      if (curveFile.isPresent()) {
        String svg = LearningCurve.svg(d.model().name(), run.epochs(), bestEpoch(run));
        ModelPaths.replace(curveFile.get(), svg.getBytes(StandardCharsets.UTF_8));
      }
      if (pageFile.isPresent()) {
        ModelPaths.replace(
            pageFile.get(), page(d, trainer, run, judgedOn(parts), best, test, target));
      }
      Report report = TrainingReport.of(d, trainer, run, best, target, resumedFrom);
      parts
          .validation()
          .ifPresent(v -> TrainingReport.put(report, "validation", trainer.evaluate(v), d));
      remarks.finish(report);
      return Optional.of(report);
    }
  }

  private TrainingRun fit(Definition d, Trainer trainer, DataSource.Training parts, String name)
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
    Optional<Checkpoints> checkpoints = checkpoint.open(d, parts.train(), name);
    List<Path> tables = logs.stream().map(f -> Sweep.named(f, name)).toList();
    try (Closeable _ = () -> checkpoint.close(checkpoints);
        RunLogs log = RunLogs.open(tables, tensorBoard.map(f -> f.resolve(name)))) {
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

  private Definition definition(List<String> chosen, Remarks remarks) throws IOException {
    if (epochs.isPresent() && epochs.get() < 0) {
      throw new ParameterException(
          spec.commandLine(), "--epochs must be at least 0, not " + epochs.get());
    }
    if (from.isEmpty() && !replaced.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--replace goes with --from, the model that the others come from");
    }
    checkpoint.demandFolder();
    Definition d = DefinitionReader.read(file, Overrides.of(chosen));
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
}
