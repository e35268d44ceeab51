package dev.ballast.cli;

import dev.ballast.cli.definition.DataSource;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.picture.LearningCurve;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.plan.Plan;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingOptions;
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
    footer = {"", "Example:  ballast train models/mnist-mlp.toml --epochs 3 --out digits.ballast"})
final class TrainCommand implements Callable<Integer> {
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
      names = "--from",
      paramLabel = "FILE.ballast",
      description = "Start with the weights of a model of the same layers instead of new ones.")
  private Optional<Path> from;

  @Option(names = "--skip-bad", description = "Leave out bad rows, images, labels; count them.")
  private boolean skipBad;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

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
    try (DataSource.Training parts = d.training(remarks);
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
      TrainingOptions o = d.options();
      List<Epoch> run =
          trainer.fit(
              new Progress(
                  err,
                  Progress.isTerminal(),
                  o.epochs(),
                  o.batch(),
                  train.size(),
                  parts.validation().isPresent() ? "validation" : "test"));
      Optional<Evaluation> best = Optional.of(trainer.evaluate(test));
      ModelFile.write(
          target,
          Graphs.serving(d.model(), o.loss(), 1),
          trainer.session().weights(),
          Provenance.of(d, train, run.size(), best).metadata());
      if (curve.isPresent()) {
        String svg = LearningCurve.svg(d.model().name(), run, kept(run));
        ModelPaths.replace(curve.get(), svg.getBytes(StandardCharsets.UTF_8));
      }
      Report report = report(d, trainer, run, best.get(), target);
      parts.validation().ifPresent(v -> put(report, "validation", trainer.evaluate(v), d));
      remarks.finish(report);
      report.print(spec.commandLine().getOut(), format);
    }
    return 0;
  }

  private Definition definition(Remarks remarks) throws IOException {
    if (epochs.isPresent() && epochs.get() < 0) {
      throw new ParameterException(
          spec.commandLine(), "--epochs must be at least 0, not " + epochs.get());
    }
    Definition d = DefinitionReader.read(file);
    TrainingOptions o = d.options();
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

  private static Report report(
      Definition d, Trainer trainer, List<Epoch> run, Evaluation best, Path target)
      throws IOException {
    Plan plan = trainer.plan();
    Report r = new Report();
    put(r, "test", best, d);
    if (!run.isEmpty()) {
      r.put("trainLoss", run.getLast().trainLoss());
    }
    r.put("epochs", run.size());
    kept(run).ifPresent(k -> r.put("bestEpoch", k));
    r.put("secondsPerEpoch", medianSeconds(run));
    r.put("trainingSeconds", run.stream().mapToDouble(Epoch::seconds).sum());
    r.put("steps", run.stream().mapToInt(Epoch::steps).sum());
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
    if (!run.isEmpty()) {
      r.put("heapBytesPerStep", tidy(run.getLast().heapBytesPerStep()));
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

  /** The epoch that {@link Trainer#fit} took the weights of: the best, and of equals the first. */
  private static Optional<Integer> kept(List<Epoch> run) {
    Optional<Epoch> best = Optional.empty();
    for (Epoch e : run) {
      boolean better =
          e.evaluation().isPresent()
              && (best.isEmpty()
                  || e.evaluation().get().beats(best.get().evaluation().orElseThrow()));
      best = better ? Optional.of(e) : best;
    }
    return best.map(Epoch::number);
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
