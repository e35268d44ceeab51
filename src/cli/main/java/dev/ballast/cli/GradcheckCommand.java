package dev.ballast.cli;

import dev.ballast.check.CheckedVariable;
import dev.ballast.check.Comparison;
import dev.ballast.check.GradientCheck;
import dev.ballast.check.GradientCheckOptions;
import dev.ballast.check.GradientCheckResult;
import dev.ballast.check.GradientCost;
import java.io.IOException;
import java.io.PrintWriter;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a backward pass against central differences, and tells what both cost. */
@Command(
    name = "gradcheck",
    mixinStandardHelpOptions = true,
    description = "Checks gradients against central differences in f64, and tells what each costs.",
    footer = {
      "",
      "Example:  ballast gradcheck models/mnist-mlp.toml --samples 100",
      "          ballast gradcheck \"x^3 * y\" --at x=2 --at y=5"
    })
final class GradcheckCommand implements Callable<Integer> {
  private static final double COST_SECONDS = 1.5;

  @Parameters(
      index = "0",
      paramLabel = "FILE|EXPRESSION",
      description = "A definition (.toml), a trained model (.ballast) or a function, as for grad.")
  private String subject;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "32",
      description = "Coordinates of each parameter, drawn at random; all of one with fewer.")
  private int samples;

  @Option(
      names = "--tolerance",
      paramLabel = "E",
      defaultValue = "1e-6",
      description = "The largest relative error that passes.")
  private double tolerance;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of batch, sample, dropout and first weights; the definition's by default.")
  private Optional<Long> seed;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "4", description = "Examples a run.")
  private int batch;

  @Option(
      names = "--at",
      paramLabel = "NAME=VALUE",
      description = "A variable's value, for a function. Once for each.")
  private List<String> at = new ArrayList<>();

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    demand(batch >= 1, "--batch must be at least 1, not " + batch);
    demand(samples >= 1, "--samples must be at least 1, not " + samples);
    demand(tolerance > 0 && tolerance < 1, "--tolerance must be between 0 and 1, not " + tolerance);
    GradcheckSubject s = GradcheckSubject.of(subject, batch, seed, at);
    var options = new GradientCheckOptions(samples, tolerance, seed.orElse(0L));
    try (GradientCheck check = GradientCheck.of(s.graph(), "loss", s.variables())) {
      s.fill(check.forward());
      GradientCheckResult r = check.run(options);
      GradientCost cost = check.cost(COST_SECONDS);
      PrintWriter out = spec.commandLine().getOut();
      if (format.isJson()) {
        report(s, r, cost).print(out, format);
      } else {
        describe(s, r, cost, out);
      }
      return r.passed() ? 0 : Main.FAILED;
    }
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private static Report report(GradcheckSubject s, GradientCheckResult r, GradientCost c) {
    return new Report()
        .put("subject", s.title())
        .put("passed", r.passed())
        .put("tolerance", r.tolerance())
        .put("loss", r.value())
        .put("parameters", r.variables().stream().map(v -> report(v).values()).toList())
        .put(
            "cost",
            new Report()
                .put("d", c.dimension())
                .put("forwardMicros", c.forwardMicros())
                .put("backwardMicros", c.backwardMicros())
                .put("allForwardsMicros", c.allForwardsMicros())
                .put("measured", c.measured())
                .put("factor", c.factor())
                .values());
  }

  private static Report report(CheckedVariable v) {
    Report r =
        new Report()
            .put("name", v.name())
            .put("type", v.type().toString())
            .put("coordinates", v.coordinates())
            .put("largestRelativeError", v.largestRelativeError());
    v.worst()
        .ifPresent(
            w ->
                r.put(
                    "worst",
                    new Report()
                        .put("index", w.index())
                        .put("backward", w.backward())
                        .put("difference", w.difference())
                        .values()));
    return r.put("kinks", v.kinks());
  }

  private static void describe(
      GradcheckSubject s, GradientCheckResult r, GradientCost c, PrintWriter out) {
    out.printf(Locale.ROOT, "%s: the loss is %.6g%n%n", s.title(), r.value());
    int width = r.variables().stream().mapToInt(v -> v.name().length()).max().orElse(0);
    String row = "%-" + Math.max(9, width) + "s  %18s  %14s  %-14s  %15s  %15s%s%n";
    out.printf(
        row,
        "parameter",
        "coordinates",
        "relative error",
        "worst at",
        "backward",
        "difference",
        "");
    for (CheckedVariable v : r.variables()) {
      Optional<Comparison> w = v.worst();
      out.printf(
          row,
          v.name(),
          String.format(Locale.ROOT, "%,d of %,d", v.coordinates(), v.type().elements()),
          w.map(x -> number("%.2e", x.relativeError())).orElse("–"),
          w.map(x -> place(v, x.index())).orElse("–"),
          w.map(x -> number("%.8g", x.backward())).orElse("–"),
          w.map(x -> number("%.8g", x.difference())).orElse("–"),
          remark(v, r.tolerance()));
    }
    out.printf(
        Locale.ROOT,
        "%n%s: relative errors up to %s pass%n%n",
        r.passed() ? "passed" : "FAILED",
        r.tolerance());
    describe(c, out);
    out.flush();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String remark(CheckedVariable v, double tolerance) {
    String kinks = v.kinks() == 0 ? "" : "  " + v.kinks() + " on a kink, skipped";
    return kinks + (v.largestRelativeError() <= tolerance ? "" : "  WRONG");
  }

  /** The place of an element: {@code [3, 17]}. */
  private static String place(CheckedVariable v, long index) {
    int[] dims = v.type().shape().dims();
    Long[] at = new Long[dims.length];
    long rest = index;
    for (int i = dims.length - 1; i >= 0; i--) {
      at[i] = rest % dims[i];
      rest /= dims[i];
    }
    return List.of(at).toString();
  }

  private static void describe(GradientCost c, PrintWriter out) {
    out.printf(Locale.ROOT, "the cost of all %,d partial derivatives%n", c.dimension());
    out.printf(Locale.ROOT, "  %,16.1f µs  one forward pass%n", c.forwardMicros());
    out.printf(Locale.ROOT, "  %,16.1f µs  one backward pass%n", c.backwardMicros());
    out.printf(
        Locale.ROOT,
        "  %,16.1f µs  %,d forward passes, %s%n",
        c.allForwardsMicros(),
        c.dimension() + 1,
        c.measured() ? "measured" : "extrapolated from one");
    out.printf(
        Locale.ROOT,
        "  differences take %,.1f times as long as forward and backward pass%n",
        c.factor());
  }
}
