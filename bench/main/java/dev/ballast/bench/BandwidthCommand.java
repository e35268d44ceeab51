package dev.ballast.bench;

import dev.ballast.cli.Report;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures loops that do little but move memory beside a copy. */
@Command(
    name = "bandwidth",
    mixinStandardHelpOptions = true,
    description = "Measures memory-bound loops as a share of the speed of a copy.",
    footer = {"", "Example:  ./ballast bench bandwidth --mib 1,64"})
final class BandwidthCommand implements Callable<Integer> {
  @Option(
      names = "--mib",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,64",
      description = "MiB of each operand; beyond the caches, memory decides.")
  private List<Integer> mib;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "Time for each size, warm-up included.")
  private double seconds;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    for (int m : mib) {
      demand(m >= 1 && m <= 1024, "--mib must be in [1, 1024], not " + m);
    }
    demand(seconds > 0 && seconds <= 3600, "--seconds must be in (0, 3600], not " + seconds);
    List<Bandwidth> rows = new ArrayList<>();
    for (int m : mib) {
      rows.addAll(Bandwidth.measure(((long) m << 20) / Float.BYTES, Budget.ofSeconds(seconds)));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(Bandwidth::report).toList());
    } else {
      describe(rows, out);
    }
    return 0;
  }

  private static void describe(List<Bandwidth> rows, PrintWriter out) {
    out.printf("%6s  %-26s %10s %8s %8s%n", "MiB", "loop", "µs", "GB/s", "of copy");
    for (Bandwidth b : rows) {
      out.printf(
          Locale.ROOT,
          "%6d  %-26s %,10.1f %8.1f %7.0f%%%s%n",
          b.elements() * Float.BYTES >> 20,
          b.loop(),
          b.times().median() / 1e3,
          b.gigabytesPerSecond(),
          100 * b.share().median(),
          b.share().isNoisy() ? "  too noisy to tell" : "");
    }
    out.println("of copy: of the speed of the faster copy in the same rounds.");
    out.flush();
  }

  private void demand(boolean condition, String complaint) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }
}
