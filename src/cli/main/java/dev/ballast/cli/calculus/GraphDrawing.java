package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Step;
import dev.ballast.cli.picture.Diagram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The graph of a function: values and gradients on the nodes, local derivatives on the edges, or
 * the formula of what flows back where those are no numbers.
 */
public final class GraphDrawing {
  private GraphDrawing() {}

  /** Draws what was differentiated. */
  public static Diagram of(Solution s) {
    Derivation d = s.derivation();
    Names names = d.names();
    Formula formula = new Formula(d);
    Blackboard board = new Blackboard(s);
    List<Step> steps = d.expression().steps();
    List<Diagram.Node> nodes = new ArrayList<>();
    List<Diagram.Edge> edges = new ArrayList<>();
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      for (Derivation.Term t : d.terms(i)) {
        labels.put(t.user() + "." + t.operand(), label(s, formula, t));
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String name = names.of(i);
      boolean isNumber = step instanceof Step.Constant c && c.name().isEmpty();
      String title = step instanceof Step.Application a ? name + " = " + board.formula(a) : name;
      List<String> lines = new ArrayList<>();
      if (!isNumber) {
        lines.add("= " + Numbers.of(s.value(i), Numbers.BOARD));
      }
      if (d.dependsOnVariables(i)) {
        lines.add(names.gradient(i) + " = " + Numbers.of(s.gradient(i), Numbers.BOARD));
      }
      nodes.add(new Diagram.Node(title, lines, kind(d, step, i)));
      for (int o = 0; o < step.operands().size(); o++) {
        String label = labels.getOrDefault(i + "." + o, "");
        edges.add(new Diagram.Edge(step.operands().get(o), i, label));
      }
    }
    return new Diagram("Graph of " + names.loss(), nodes, edges);
  }

  private static Diagram.Kind kind(Derivation d, Step step, int i) {
    if (i == d.expression().result()) {
      return Diagram.Kind.RESULT;
    }
    return switch (step) {
      case Step.Variable ignored -> Diagram.Kind.VARIABLE;
      case Step.Constant ignored -> Diagram.Kind.CONSTANT;
      case Step.Application ignored -> Diagram.Kind.FUNCTION;
    };
  }

  private static String label(Solution s, Formula formula, Derivation.Term t) {
    return t.local()
        .map(l -> Numbers.of(s.number(l), Numbers.BOARD))
        .orElseGet(() -> formula.term(t));
  }
}
