package dev.ballast.cli;

import dev.ballast.cli.calculus.PathCounts;
import dev.ballast.cli.calculus.PathReport;
import dev.ballast.cli.expression.Expression;
import dev.ballast.tensor.Literal;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Counts and lists the paths that a gradient is the sum over. */
@Command(
    name = "paths",
    mixinStandardHelpOptions = true,
    description = "Counts the paths to the result, and lists them where they are few.",
    footer = {
      "",
      "The language is that of ballast grad. With values, each path has its product of local",
      "derivatives, and the products sum to the gradient.",
      "",
      "Example:  ballast paths \"z = x + y; b = sigmoid(x); z * b\" --at x=1 --at y=2",
      "          ballast paths models/lecture/diamonds.expr --from x"
    })
final class PathsCommand implements Callable<Integer> {
  @Mixin private WrittenFunction function;

  @Option(
      names = "--from",
      paramLabel = "NAME",
      description = "List the paths from this node alone, not from every variable.")
  private Optional<String> from;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "List no more than this many paths (${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--list", description = "Fail where the limit forbids to list the paths.")
  private boolean list;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit must not be negative: " + limit);
    }
    Expression expression = Expression.read(function.text());
    Optional<Map<String, Literal>> point =
        expression.hasPoint(function.at())
            ? Optional.of(expression.point(function.at()))
            : Optional.empty();
    PathCounts counts = PathCounts.of(expression);
    List<Integer> sources = counts.sources(from);
    BigInteger total = counts.total(sources);
    boolean few = total.compareTo(BigInteger.valueOf(limit)) <= 0;
    if (list && !few) {
      throw new IllegalArgumentException(refusal(counts, total));
    }
    PathReport report = PathReport.of(counts, sources, point, few);
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report json = new Report().put("limit", limit);
      report.json().forEach(json::put);
      json.print(out, format);
    } else {
      out.print(report.text());
      out.print(few ? "" : "\n" + refusal(counts, total) + "\n");
      out.flush();
    }
    return 0;
  }

  private String refusal(PathCounts counts, BigInteger total) {
    return "there are "
        + PathCounts.text(total)
        + " paths from "
        + from.orElse("the variables")
        + " to "
        + counts.result()
        + ": not listed, since --limit is "
        + limit;
  }
}
