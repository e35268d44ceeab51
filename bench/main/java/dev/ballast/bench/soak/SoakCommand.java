package dev.ballast.bench.soak;

import dev.ballast.bench.Bench;
import dev.ballast.bench.Origin;
import dev.ballast.cli.Commands;
import dev.ballast.cli.ModelPaths;
import dev.ballast.cli.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts a service under mixed load, and tells what becomes of its memory. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description = {
      "Answers on many threads, swaps, learns, opens and closes sessions, all at once; checks each"
          + " answer, and records memory.",
      "Runs in a JVM of its own whose heap is fixed."
    },
    footer = {
      "",
      "Example:  ./ballast bench soak --minutes 60 --results bench/RESULTS.md",
      "Exit status: 0 all is well, 1 an answer was wrong, memory grew, or callers allocated."
    })
public final class SoakCommand implements Callable<Integer> {
  private static final double MOST_MINUTES = 7 * 24 * 60;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long; fractions are taken.")
  private double minutes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "8",
      description = "Threads that ask.")
  private int threads;

  @Option(
      names = "--swap-seconds",
      paramLabel = "S",
      defaultValue = "1",
      description = "From one swap to the next.")
  private double swapSeconds;

  @Option(
      names = "--pause-micros",
      paramLabel = "N",
      defaultValue = "100",
      description = "What each thread sleeps after two answers; 0 takes all cores.")
  private int pauseMicros;

  @Option(
      names = "--growth",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "How much resident memory may grow, from the second tenth to the last.")
  private double growth;

  @Option(names = "--svg", paramLabel = "F", description = "Draw memory over time.")
  private Optional<Path> svg;

  @Option(
      names = "--results",
      paramLabel = "F",
      description =
          "Write the section of a page of results, as bench/RESULTS.md is, with the plot.")
  private Optional<Path> results;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  SoakCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    demand(minutes > 0 && minutes <= MOST_MINUTES, "--minutes must be in (0, 10080]: " + minutes);
    demand(threads >= 1 && threads <= 1024, "--threads must be from 1 to 1024: " + threads);
    demand(swapSeconds > 0 && swapSeconds <= 3600, "--swap-seconds must be in (0, 3600]");
    demand(pauseMicros >= 0, "--pause-micros must be at least 0: " + pauseMicros);
    demand(growth > 0, "--growth must be above 0: " + growth);
    demand(ProcessStatus.isKnown(), "only Linux tells in /proc what is resident");
    for (Path file : Stream.of(svg, results).flatMap(Optional::stream).toList()) {
      ModelPaths.demandWritable(file);
    }
    return FixedHeap.isHere() ? soak() : inJvmOfItsOwn();
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private int inJvmOfItsOwn() throws IOException, InterruptedException {
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    Process process =
        new ProcessBuilder(FixedHeap.command(Bench.class, arguments)).inheritIO().start();
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }

  private int soak() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    SoakOptions options =
        new SoakOptions(
            Duration.ofMillis(Math.round(60_000 * minutes)),
            threads,
            Duration.ofMillis(Math.max(1, Math.round(1000 * swapSeconds))),
            1,
            Duration.ofNanos(1000L * pauseMicros));
    Path folder = Files.createTempDirectory("ballast-soak");
    SoakResult result;
    try {
      result = Soak.run(options, folder, err);
    } finally {
      Files.delete(folder);
    }
    Report report = result.report();
    List<String> complaints = result.complaints(growth / 100);
    report.put("complaints", complaints);
    if (format.isJson()) {
      report.put("samples", result.samples().stream().map(Sample::values).toList());
    }
    report.print(spec.commandLine().getOut(), format);
    if (svg.isPresent()) {
      Files.writeString(svg.get(), SoakPlot.svg(result));
      err.println("wrote " + svg.get());
    }
    if (results.isPresent()) {
      SoakPage.write(results.get(), result, complaints, Origin.of(spec));
      err.println("wrote " + results.get());
    }
    complaints.forEach(c -> err.println("ballast: " + c));
    err.flush();
    return complaints.isEmpty() ? 0 : Commands.FAILED;
  }
}
