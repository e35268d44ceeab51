package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.definition.Overrides;
import dev.ballast.cli.report.RepeatCommand;
import dev.ballast.train.DivergedException;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Option(
      names = "--detect-anomaly",
      description = "Find the op that makes the first NaN or infinity; takes longer.")
  private boolean detectAnomaly;

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

  @Option(names = "--quiet", description = "Show no progress; warnings and complaints only.")
  private boolean quiet;

  @Mixin private OutputOptions output;
  @Mixin private CheckpointOptions checkpoint;
  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Sweep sweep = Sweep.of(ranges);
    try (StopSignal signal = new StopSignal()) {
      return ranges.isEmpty() ? single(signal) : all(sweep, signal);
    }
  }

  private int single(StopSignal signal) throws IOException {
    try {
      Optional<Report> report = train(settings, "", signal);
      report.ifPresent(r -> r.print(spec.commandLine().getOut(), format));
      return report.isPresent() ? 0 : STOPPED;
    } catch (DivergedException e) {
      advise(e);
      return Commands.FAILED;
    }
  }

  private int all(Sweep sweep, StopSignal signal) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    SweepSummary summary = new SweepSummary(sweep.keys());
    for (List<String> values : sweep.settings()) {
      String name = Sweep.name(values);
      if (!quiet) {
        err.println(
            "training " + (summary.size() + 1) + " of " + sweep.settings().size() + ": " + name);
      }
      List<String> chosen = new ArrayList<>(settings);
      chosen.addAll(values);
      try {
        Optional<Report> report = train(chosen, name, signal);
        if (report.isEmpty()) {
          return STOPPED;
        }
        summary.add(Sweep.values(values), report.get());
      } catch (DivergedException e) {
        err.println(e.getMessage());
        summary.addDiverged(Sweep.values(values));
      }
      if (signal.isAsked()) {
        break;
      }
    }
    summary.print(spec.commandLine().getOut(), format);
    return signal.isAsked() ? STOPPED : 0;
  }

  /**
   * @param name of this training among others, for its files; empty where it is the only one
   * @return nothing where it was stopped and leaves no model
   */
  private Optional<Report> train(List<String> chosen, String name, StopSignal signal)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Remarks remarks = new Remarks(err);
    Definition d = definition(chosen, remarks);
    OutputOptions.Files files = output.of(d.model().name(), name);
    Optional<FirstWeights> first = from.map(f -> new FirstWeights(f, replaced));
    return new TrainingJob(d, name, files, checkpoint, first, given(), quiet, err)
        .run(signal, remarks);
  }

  /** The words of the command, without the program's name. */
  private List<String> given() {
    return spec.commandLine().getParseResult().originalArgs();
  }

  private void advise(DivergedException e) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + e.getMessage());
    String again = RepeatCommand.of(given());
    if (checkpoint.folder().isPresent()) {
      Path folder = checkpoint.folder().get();
      err.println("the checkpoints before it are in " + folder + ", nothing was written over");
      again = RepeatCommand.resumed(given());
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
}
