package dev.ballast.bench.latency;

import dev.ballast.bench.Origin;
import dev.ballast.bench.ResultsFile;
import dev.ballast.bench.peers.JvmProgram;
import dev.ballast.cli.ModelPaths;
import dev.ballast.cli.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How long threads take to stop while one is in a long computation. */
@Command(
    name = "safepoint",
    mixinStandardHelpOptions = true,
    description = {
      "Asks for safepoints again and again, beside an idle thread, one in a loop of plain Java,"
          + " and",
      "one that multiplies 2000×2000 matrices, in OpenBLAS and in Ballast's own kernels, and tells",
      "how long it takes until all threads stand."
    },
    footer = {"", "Example:  ./ballast bench safepoint --seconds 5"})
public final class SafepointCommand implements Callable<Integer> {
  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Time for each of the four, besides warming up.")
  private double seconds;

  @Option(
      names = "--results",
      paramLabel = "F",
      description = "Write the section of a page of results, as bench/RESULTS.md is.")
  private Optional<Path> results;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  SafepointCommand() {}

  /**
   * @param beside what the other thread does
   * @param computations that it did meanwhile
   */
  private record Row(String beside, long computations, double millisEach, Safepoints safepoints) {
    Report report() {
      return new Report()
          .put("beside", beside)
          .put("computations", computations)
          .put("millisEach", millisEach)
          .put("safepoints", safepoints.count())
          .put("ttspP50Micros", safepoints.reachingMicros(0.5))
          .put("ttspP99Micros", safepoints.reachingMicros(0.99))
          .put("ttspMaxMicros", safepoints.reachingMicros(1));
    }

    String line(String form) {
      return String.format(
          Locale.ROOT,
          form,
          beside,
          millisEach,
          safepoints.count(),
          safepoints.reachingMicros(0.5),
          safepoints.reachingMicros(0.99),
          safepoints.reachingMicros(1));
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be in (0, 3600], not " + seconds);
    }
    if (results.isPresent()) {
      ModelPaths.demandWritable(results.get());
    }
    List<Row> rows = new ArrayList<>();
    for (SafepointSubject.Work w : SafepointSubject.Work.values()) {
      rows.add(row(w));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(Row::report).toList());
    } else {
      out.printf(
          "%-32s %10s %10s %9s %9s %9s%n",
          "beside", "ms each", "safepoints", "p50 µs", "p99 µs", "max µs");
      rows.forEach(r -> out.print(r.line("%-32s %10.1f %10d %9.1f %9.1f %9.1f%n")));
    }
    out.flush();
    if (results.isPresent()) {
      write(rows);
    }
    return 0;
  }

  private Row row(SafepointSubject.Work work) throws IOException {
    Path folder = Files.createTempDirectory("ballast-safepoint");
    Path log = folder.resolve("safepoints");
    try {
      Process p =
          new ProcessBuilder(
                  JvmProgram.of(SafepointSubject.class)
                      .command(
                          List.of("-XX:+UseSerialGC", "-Xmx512m", Safepoints.flag(log)),
                          List.of(),
                          List.of(work.name(), Double.toString(seconds))))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (p.waitFor() != 0) {
        throw new IOException("the process beside '" + work.label() + "' failed: " + said);
      }
      String[] words = said.strip().split(" ");
      Safepoints safepoints =
          Safepoints.read(log, Double.parseDouble(words[0]), Double.parseDouble(words[1]));
      return new Row(
          work.label(), Long.parseLong(words[2]), Double.parseDouble(words[3]), safepoints);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.deleteIfExists(log);
      Files.delete(folder);
    }
  }

  private void write(List<Row> rows) throws IOException {
    StringBuilder b = new StringBuilder("## Safepoints beside long computations\n\n");
    b.append(
        "How long all threads take to stop, while one computes without an end:"
            + " [decision 30](../src/docs/decisions/0030-latency.md).\n\n");
    b.append(Origin.of(spec).lines());
    b.append("\n| beside | ms each | safepoints | p50 µs | p99 µs | max µs |\n");
    b.append("|---|---:|---:|---:|---:|---:|\n");
    rows.forEach(r -> b.append(r.line("| %s | %.1f | %d | %.1f | %.1f | %.1f |%n")));
    new ResultsFile(results.orElseThrow()).write("safepoint", b.toString());
    spec.commandLine().getErr().println("wrote " + results.get());
  }
}
