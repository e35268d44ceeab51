package dev.ballast.cli;

import dev.ballast.plan.Certificate;
import dev.ballast.plan.Placement;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

/** Places buffers that any program has written down. */
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = "Finds offsets for buffers with known lifetimes, low and without overlap.",
    footer = {
      "",
      "The file has the columns id, lower, upper and size, in any order, after a header; a buffer",
      "lives from lower until before upper. It is MiniMalloc's format, and what ballast plan --csv",
      "writes. Exit status with --capacity: 0 it fits, 1 it does not or that is not decided.",
      "",
      "Example:  ballast pack buffers.csv --out placed.csv",
      "          ballast pack buffers.csv --capacity 1048576 --time-limit 60"
    })
final class PackCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE.csv", description = "The buffers.")
  private Path file;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      description = "Decide whether so many bytes suffice, instead of finding the fewest.")
  private Optional<Long> capacity;

  @Option(
      names = "--time-limit",
      paramLabel = "S",
      description =
          "Seconds to search. Without it a fixed number of nodes, about a second's worth.")
  private Optional<Double> timeLimit;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the rows with their offsets.")
  private Optional<Path> out;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (capacity.isPresent() && capacity.get() < 0) {
      throw usage("--capacity must be at least 0, not " + capacity.get());
    }
    if (timeLimit.isPresent() && !(timeLimit.get() > 0 && timeLimit.get() <= 1e6)) {
      throw usage("--time-limit must be in (0, 1000000], not " + timeLimit.get());
    }
    if (out.isPresent()) {
      ModelPaths.demandWritable(out.get());
    }
    BufferTable table = BufferTable.read(file);
    Placement.Limits limits =
        timeLimit.map(Placement.Limits::ofSeconds).orElseGet(Placement.Limits::defaults);
    long start = System.nanoTime();
    Optional<Placement.Decision> decision =
        capacity.map(c -> Placement.decide(table.problem(), c, limits));
    Placement.Solution solution =
        decision
            .map(Placement.Decision::solution)
            .orElseGet(() -> Placement.solve(table.problem(), limits));
    double milliseconds = (System.nanoTime() - start) / 1e6;
    long peak = BufferTable.verify(table.problem(), solution.offsets());
    boolean fits = decision.isEmpty() || decision.get().verdict() == Placement.Verdict.FITS;
    report(table, peak, solution, decision, milliseconds);
    if (fits && out.isPresent()) {
      byte[] rows = table.with(solution.offsets()).getBytes(StandardCharsets.UTF_8);
      ModelPaths.replace(out.get(), rows);
      spec.commandLine().getErr().println("wrote " + out.get());
    }
    decision.filter(d -> !fits).ifPresent(d -> explain(d, milliseconds));
    return fits ? 0 : Main.FAILED;
  }

  private ParameterException usage(String complaint) {
    return new ParameterException(spec.commandLine(), complaint);
  }

  private void report(
      BufferTable table,
      long peak,
      Placement.Solution solution,
      Optional<Placement.Decision> decision,
      double milliseconds) {
    long load = table.problem().loadBound();
    Report r =
        new Report()
            .put("buffers", table.problem().count())
            .put("load", load)
            .put("peak", peak)
            .put("proven", solution.provenBytes())
            .put("certificate", new Certificate(peak, load, solution.provenBytes()).toString())
            .put("nodes", solution.nodes())
            .put("milliseconds", Math.round(milliseconds * 1000) / 1000.0);
    decision.ifPresent(
        d -> {
          r.put("capacity", capacity.orElseThrow());
          r.put("verdict", d.verdict().toString().toLowerCase(Locale.ROOT).replace('_', ' '));
        });
    PrintWriter to = spec.commandLine().getOut();
    r.print(to, format);
  }

  private void explain(Placement.Decision d, double milliseconds) {
    String what =
        d.verdict() == Placement.Verdict.DOES_NOT_FIT
            ? String.format(
                Locale.ROOT,
                "does not fit into %,d bytes: it is proven that no placement takes less than %,d",
                capacity.orElseThrow(),
                d.solution().provenBytes())
            : String.format(
                Locale.ROOT,
                "whether it fits into %,d bytes was not decided in %,d nodes and %.1f s;"
                    + " allow more with --time-limit",
                capacity.orElseThrow(),
                d.solution().nodes(),
                milliseconds / 1000);
    spec.commandLine().getErr().println("ballast pack: " + file + ": " + what);
  }
}
