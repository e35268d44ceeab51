package dev.ballast.bench;

import dev.ballast.bench.Workload.Mode;
import dev.ballast.cli.ModelPaths;
import dev.ballast.cli.Report;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.picture.LinePlot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Measures what a gradient costs in forward passes. */
@Command(
    name = "ratio",
    mixinStandardHelpOptions = true,
    description = "Measures what a gradient costs, in forward passes.",
    footer = {"", "Example:  ./ballast bench ratio models/mnist-mlp.toml --batch 1,64 --svg r.svg"})
final class RatioCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "FILE.toml",
      description = "Definitions; models/mnist-mlp.toml if none is given.")
  private List<Path> files = List.of();

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,8,64",
      description = "Examples a run: one row each.")
  private List<Integer> batches;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "Time for each row, warm-up included.")
  private double seconds;

  @Option(names = "--svg", paramLabel = "F", description = "Draw the ratios over the batch size.")
  private Optional<Path> svg;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    for (int batch : batches) {
      demand(batch >= 1, "--batch must be at least 1, not " + batch);
    }
    demand(seconds > 0 && seconds <= 3600, "--seconds must be in (0, 3600], not " + seconds);
    if (svg.isPresent()) {
      ModelPaths.demandWritable(svg.get());
    }
    List<Definition> definitions = new ArrayList<>();
    for (Path f : files.isEmpty() ? List.of(ProjectFiles.exampleModel()) : files) {
      definitions.add(DefinitionReader.read(f));
    }
    List<Ratio> rows = measure(definitions);
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(Ratio::report).toList());
    } else {
      describe(rows, out);
    }
    if (svg.isPresent()) {
      Files.writeString(svg.get(), plot(rows).svg());
      spec.commandLine().getErr().println("wrote " + svg.get());
    }
    return 0;
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private List<Ratio> measure(List<Definition> definitions) {
    PrintWriter err = spec.commandLine().getErr();
    List<Ratio> rows = new ArrayList<>();
    for (Definition d : definitions) {
      for (int batch : batches) {
        err.printf(Locale.ROOT, "%s, batch %d: %.1f s…%n", d.model().name(), batch, seconds);
        err.flush();
        Ratio r = Ratio.measure(d, batch, Budget.ofSeconds(seconds));
        rows.add(r);
        if (r.isNoisy()) {
          err.printf(
              Locale.ROOT,
              "%s, batch %d: the ratios spread over more than %.0f %%: this machine is too noisy"
                  + " to tell; stop what else runs, or give more --seconds%n",
              r.model(),
              batch,
              100 * Samples.NOISY);
        }
      }
    }
    return rows;
  }

  private static void describe(List<Ratio> rows, PrintWriter out) {
    out.println("median µs a run");
    out.printf(
        "%-14s %6s %12s %12s %12s %12s  %s%n",
        "model", "batch", "inference", "forward", "fwd + bwd", "step", "spread");
    for (Ratio r : rows) {
      out.printf(Locale.ROOT, "%-14s %6d", r.model(), r.batch());
      double spread = 0;
      for (Mode m : Mode.values()) {
        out.printf(Locale.ROOT, " %,12.1f", r.micros(m));
        spread = Math.max(spread, r.times().get(m).spread());
      }
      out.printf(Locale.ROOT, "  ±%.0f %%%n", 50 * spread);
    }
    describeRatios(rows, out);
    describeBytes(rows, out);
    out.println();
    out.println("forward: as training runs it, with the loss; fwd + bwd: every gradient kept;");
    out.println("by arithmetic: floating-point operations, the input's own gradient left out;");
    out.println("d + 1 forwards: what differences would take, extrapolated from one forward.");
    out.flush();
  }

  private static void describeRatios(List<Ratio> rows, PrintWriter out) {
    out.println();
    out.println("in forward passes");
    out.printf(
        "%-14s %6s %12s %14s %12s %14s %18s%n",
        "model", "batch", "fwd + bwd", "by arithmetic", "step", "by arithmetic", "d + 1 forwards");
    for (Ratio r : rows) {
      out.printf(
          Locale.ROOT,
          "%-14s %6d %12.2f %14.2f %12.2f %14.2f %,18d%s%n",
          r.model(),
          r.batch(),
          r.overForward(Mode.GRADIENT).median(),
          r.arithmeticOverForward(Mode.GRADIENT),
          r.overForward(Mode.STEP).median(),
          r.arithmeticOverForward(Mode.STEP),
          r.parameters() + 1,
          r.isNoisy() ? "  too noisy to tell" : "");
    }
  }

  private static void describeBytes(List<Ratio> rows, PrintWriter out) {
    out.println();
    out.println("bytes of arena, weights included");
    out.printf(
        "%-14s %6s %12s %12s %12s %12s%n",
        "model", "batch", "inference", "forward", "fwd + bwd", "step");
    for (Ratio r : rows) {
      out.printf(Locale.ROOT, "%-14s %6d", r.model(), r.batch());
      r.arenaBytes().values().forEach(b -> out.printf(Locale.ROOT, " %,12d", b));
      out.println();
    }
  }

  /** For each model the measured ratio and the one by arithmetic, over the batch size. */
  private static LinePlot plot(List<Ratio> rows) {
    List<LinePlot.Series> series = new ArrayList<>();
    for (String model : rows.stream().map(Ratio::model).distinct().toList()) {
      List<Ratio> own =
          rows.stream()
              .filter(r -> r.model().equals(model))
              .sorted(Comparator.comparingInt(Ratio::batch))
              .toList();
      for (Mode m : List.of(Mode.GRADIENT, Mode.STEP)) {
        String what = model + (m == Mode.GRADIENT ? ": forward + backward" : ": a whole step");
        List<LinePlot.Point> measured = new ArrayList<>();
        List<LinePlot.Point> counted = new ArrayList<>();
        for (Ratio r : own) {
          measured.add(new LinePlot.Point(r.batch(), r.overForward(m).median()));
          counted.add(new LinePlot.Point(r.batch(), r.arithmeticOverForward(m)));
        }
        series.add(new LinePlot.Series(what, measured, false));
        series.add(new LinePlot.Series(what + ", by arithmetic", counted, true));
      }
    }
    return new LinePlot(
        "The cost of a gradient, in forward passes",
        LinePlot.Axis.log("batch"),
        LinePlot.Axis.linear("times one forward pass"),
        series);
  }
}
