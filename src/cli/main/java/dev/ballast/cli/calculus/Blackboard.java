package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Step;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A derivation as a lecturer writes it on a board, and as data. */
public final class Blackboard {
  private final Solution solution;
  private final Derivation derivation;
  private final Names names;
  private final Formula formula;
  private final List<Step> steps;

  public Blackboard(Solution solution) {
    this.solution = solution;
    this.derivation = solution.derivation();
    this.names = derivation.names();
    this.formula = new Formula(derivation);
    this.steps = derivation.expression().steps();
  }

  /** The result, and every partial derivative by every variable. */
  public static String answer(Solution solution) {
    Derivation d = solution.derivation();
    StringBuilder s = new StringBuilder();
    s.append(loss(d)).append(" = ").append(Numbers.of(solution.value(), Numbers.RESULT));
    s.append("\n\n");
    for (int i = 0; i < d.expression().steps().size(); i++) {
      if (d.expression().steps().get(i) instanceof Step.Variable) {
        String left = d.names().gradient(i) + " = ";
        int indent = left.codePointCount(0, left.length());
        s.append(left).append(Numbers.block(solution.gradient(i), Numbers.RESULT, indent));
        s.append('\n');
      }
    }
    return s.toString();
  }

  /** {@code L}, or {@code L = g} where the result was named. */
  private static String loss(Derivation d) {
    String result = d.names().of(d.expression().result());
    return d.names().loss().equals(result) ? result : d.names().loss() + " = " + result;
  }

  /** The forward pass node by node, then the backward pass node by node. */
  public String text() {
    StringBuilder s = new StringBuilder("forward\n");
    for (int i = 0; i < steps.size(); i++) {
      if (isNode(i)) {
        s.append("  ").append(forward(i)).append('\n');
      }
    }
    int result = derivation.expression().result();
    if (!names.loss().equals(names.of(result))) {
      s.append("  ").append(loss(derivation)).append('\n');
    }
    s.append("\nbackward\n");
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (isNode(i) && !(steps.get(i) instanceof Step.Constant)) {
        s.append(backward(i));
      }
    }
    return s.toString();
  }

  /** Numbers in the text have no line of their own. */
  private boolean isNode(int step) {
    return !(steps.get(step) instanceof Step.Constant c) || c.name().isPresent();
  }

  private String forward(int step) {
    String value = Numbers.of(solution.value(step), Numbers.BOARD);
    if (!(steps.get(step) instanceof Step.Application a)) {
      return names.of(step) + " = " + value;
    }
    String line = names.of(step) + " = " + formula(a);
    boolean numbers =
        a.operands().stream().allMatch(o -> solution.value(o).type().shape().rank() == 0);
    if (numbers) {
      String inserted =
          Formula.written(
              a.operator(), a.operands().stream().map(o -> board(solution.value(o))).toList());
      line += " = " + inserted;
    }
    return line.endsWith(" = " + value) ? line : line + " = " + value;
  }

  String formula(Step.Application a) {
    return Formula.written(a.operator(), a.operands().stream().map(names::of).toList());
  }

  private static String board(Literal l) {
    return Numbers.of(l, Numbers.BOARD);
  }

  private String backward(int step) {
    String left = "  " + names.gradient(step);
    String value = board(solution.gradient(step));
    if (step == derivation.expression().result()) {
      return left + " = 1\n";
    }
    List<Derivation.Term> terms = derivation.terms(step);
    if (derivation.gradient(step).isEmpty() || terms.isEmpty()) {
      return left + " = " + value + ": " + reason(step) + "\n";
    }
    String symbols = sum(terms.stream().map(this::symbols).toList());
    List<String> parts = terms.stream().map(this::numbers).toList();
    String numbers = sum(parts);
    List<String> sides = new ArrayList<>();
    if (!symbols.equals(value)) {
      sides.add(symbols);
    }
    if (!numbers.equals(symbols) && !numbers.equals(value)) {
      sides.add(numbers);
    }
    sides.add(value);
    boolean isNumber = solution.value(step).type().shape().rank() == 0;
    String indent = "\n" + " ".repeat(left.codePointCount(0, left.length()));
    String line = left + " = " + String.join(isNumber ? " = " : indent + " = ", sides);
    return line + where(step, terms) + "\n";
  }

  /** The gradient of a step as the sum over its uses, in numbers. */
  String recurrence(int step, int summands) {
    String value = board(solution.gradient(step));
    List<Derivation.Term> terms = derivation.terms(step);
    String sum = sum(terms.stream().limit(summands).map(this::numbers).toList());
    String more = terms.size() > summands ? " + …" : "";
    return sum.isEmpty() || sum.equals(value) ? value : sum + more + " = " + value;
  }

  /** Whether nothing uses a step, or nothing that matters, or it can't be moved. */
  private String reason(int step) {
    return derivation.dependsOnVariables(step)
        ? names.of(derivation.expression().result()) + " does not depend on it"
        : "no variable moves it";
  }

  private static String sum(List<String> terms) {
    StringBuilder s = new StringBuilder();
    for (String t : terms) {
      boolean parentheses = s.length() > 0 && t.startsWith("-");
      s.append(s.isEmpty() ? "" : " + ").append(parentheses ? "(" + t + ")" : t);
    }
    return s.toString();
  }

  /**
   * A summand by the chain rule, or as the rule computes it where the chain rule's factors are no
   * numbers, or would look like the gradient itself.
   */
  private String symbols(Derivation.Term t) {
    return isChain(t)
        ? names.gradient(t.user()) + "·" + names.local(t.user(), operand(t))
        : formula.term(t);
  }

  private boolean isChain(Derivation.Term t) {
    boolean once =
        steps.get(t.user()).operands().stream().filter(o -> o == operand(t)).count() == 1;
    return isNumber(t) && once && t.user() != derivation.expression().result();
  }

  private boolean isNumber(Derivation.Term t) {
    return t.local().isPresent()
        && solution.number(t.value()).type().shape().rank() == 0
        && solution.value(t.user()).type().shape().rank() == 0;
  }

  private int operand(Derivation.Term t) {
    return steps.get(t.user()).operands().get(t.operand());
  }

  private String numbers(Derivation.Term t) {
    if (!isNumber(t)) {
      return board(solution.number(t.value()));
    }
    String local = board(solution.number(t.local().orElseThrow()));
    return board(solution.gradient(t.user()))
        + "·"
        + (local.startsWith("-") ? "(" + local + ")" : local);
  }

  /** The local derivatives that are more than a number, as formulas. */
  private String where(int step, List<Derivation.Term> terms) {
    Map<String, String> rules = new LinkedHashMap<>();
    for (Derivation.Term t : terms) {
      if (isChain(t)) {
        String rule = formula.local(t.local().orElseThrow());
        if (!rule.equals(board(solution.number(t.local().orElseThrow())))) {
          rules.put(names.local(t.user(), step), rule);
        }
      }
    }
    return rules.isEmpty()
        ? ""
        : rules.entrySet().stream()
            .map(e -> e.getKey() + " = " + e.getValue())
            .collect(Collectors.joining(", ", "   (", ")"));
  }

  /** Every node: name, op, inputs, value, gradient, and the contributions it sums. */
  public List<Map<String, Object>> nodes() {
    List<Map<String, Object>> nodes = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Map<String, Object> n = new LinkedHashMap<>();
      n.put("name", names.of(i));
      n.put("op", op(steps.get(i)));
      n.put("inputs", steps.get(i).operands().stream().map(names::of).toList());
      n.put("value", Numbers.json(solution.value(i)));
      n.put("gradient", Numbers.json(solution.gradient(i)));
      n.put("contributions", derivation.terms(i).stream().map(this::contribution).toList());
      nodes.add(n);
    }
    return nodes;
  }

  private static String op(Step step) {
    return switch (step) {
      case Step.Variable ignored -> "variable";
      case Step.Constant ignored -> "constant";
      case Step.Application a -> a.operator().name().toLowerCase(java.util.Locale.ROOT);
    };
  }

  private Map<String, Object> contribution(Derivation.Term t) {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("user", names.of(t.user()));
    c.put("operand", t.operand());
    c.put("formula", formula.term(t));
    t.local().ifPresent(l -> c.put("local", Numbers.json(solution.number(l))));
    c.put("value", Numbers.json(solution.number(t.value())));
    return c;
  }
}
