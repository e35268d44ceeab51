package dev.ballast.cli;

import dev.ballast.cli.calculus.Blackboard;
import dev.ballast.cli.calculus.Differences;
import dev.ballast.cli.calculus.GraphDrawing;
import dev.ballast.cli.calculus.Hessian;
import dev.ballast.cli.calculus.Solution;
import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.picture.Diagram;
import dev.ballast.tensor.Literal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Differentiates a function that is written down, and shows how. */
@Command(
    name = "grad",
    mixinStandardHelpOptions = true,
    description = "Differentiates a function, and shows the backward pass at work.",
    footer = {
      "",
      "The language: numbers, names, + - * / ^, @ (matrix product), ' (transposition),",
      "sigmoid exp log tanh relu softplus sqrt sin cos abs sum mean max min transpose,",
      "[1,2] and [[2,1],[1,1]]; NAME = … names a value, ; or a new line comes between.",
      "A file may give the point as well, in lines such as: at x = 1",
      "",
      "Example:  ballast grad \"z = x + y; z * sigmoid(x)\" --at x=1 --at y=2 --trace",
      "          ballast grad models/lecture/two-layer.expr --svg graph.svg"
    })
final class GradCommand implements Callable<Integer> {
  @Mixin private WrittenFunction function;

  @Option(names = "--trace", description = "Show both passes, node by node.")
  private boolean trace;

  @Option(names = "--check", description = "Compare with central differences.")
  private boolean check;

  @Option(
      names = "--order",
      paramLabel = "1|2",
      defaultValue = "1",
      description = "2: the matrix of second derivatives too.")
  private int order;

  @Option(names = "--svg", paramLabel = "F", description = "Draw the graph with its numbers.")
  private Optional<Path> svg;

  @Option(names = "--dot", paramLabel = "F", description = "Write the graph for Graphviz.")
  private Optional<Path> dot;

  @Option(names = "--mermaid", paramLabel = "F", description = "Write the graph for Mermaid.")
  private Optional<Path> mermaid;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (order != 1 && order != 2) {
      throw new ParameterException(spec.commandLine(), "--order must be 1 or 2, not " + order);
    }
    List<Optional<Path>> targets = List.of(svg, dot, mermaid);
    for (Optional<Path> target : targets) {
      if (target.isPresent()) {
        ModelPaths.demandWritable(target.get());
      }
    }
    Expression expression = Expression.read(function.text());
    Map<String, Literal> point = expression.point(function.at());
    boolean drawn = targets.stream().anyMatch(Optional::isPresent);
    Solution s = Solution.of(expression, point, trace || drawn || format.isJson());
    Optional<Differences> differences =
        check ? Optional.of(Differences.of(expression, point, s.gradients())) : Optional.empty();
    Optional<Hessian> hessian =
        order == 2 ? Optional.of(Hessian.of(expression, point)) : Optional.empty();
    if (drawn) {
      draw(GraphDrawing.of(s));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      report(s, differences, hessian).print(out, format);
    } else {
      out.print(trace ? new Blackboard(s).text() + "\n" : "");
      out.print(Blackboard.answer(s));
      differences.ifPresent(d -> out.print("\n" + d.text()));
      hessian.ifPresent(h -> out.print("\nsecond derivatives\n" + h.text()));
      out.flush();
    }
    return 0;
  }

  private static Report report(
      Solution s, Optional<Differences> differences, Optional<Hessian> hessian) {
    Report r = new Report().put("value", s.value()).put("gradients", s.json());
    differences.ifPresent(d -> r.put("check", d.json()));
    hessian.ifPresent(h -> r.put("coordinates", h.coordinates()).put("hessian", h.rows()));
    return r.put("nodes", new Blackboard(s).nodes());
  }

  private void draw(Diagram diagram) throws IOException {
    if (svg.isPresent()) {
      write(svg.get(), diagram.svg());
    }
    if (dot.isPresent()) {
      write(dot.get(), diagram.dot());
    }
    if (mermaid.isPresent()) {
      write(mermaid.get(), diagram.mermaid());
    }
  }

  private void write(Path target, String text) throws IOException {
    Files.writeString(target, text);
    spec.commandLine().getErr().println("wrote " + target);
  }
}
