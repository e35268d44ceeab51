package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Value;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A derivation with its numbers: one run of a planned session.
 *
 * <pre>{@code
 * Solution s = Solution.of(expression, point, true);
 * out.print(new Blackboard(s).text());
 * }</pre>
 */
public final class Solution {
  private final Derivation derivation;
  private final Map<Value, Literal> numbers = new HashMap<>();

  private Solution(Derivation derivation) {
    this.derivation = derivation;
  }

  /**
   * Differentiates an expression at a point.
   *
   * @param whole whether every step's value, gradient, terms and local derivatives are wanted, not
   *     only the result and the gradients of the variables
   */
  public static Solution of(Expression expression, Map<String, Literal> point, boolean whole) {
    Solution s = new Solution(Derivation.of(expression, point, whole));
    s.solve(s.wanted(whole), point);
    return s;
  }

  /**
   * Solves a derivation with more values of its graph.
   *
   * @param more wanted too
   */
  static Solution of(Derivation derivation, Map<String, Literal> point, List<Expr> more) {
    Solution s = new Solution(derivation);
    List<Expr> wanted = s.wanted(true);
    wanted.addAll(more);
    s.solve(wanted, point);
    return s;
  }

  private List<Expr> wanted(boolean whole) {
    List<Expr> wanted = new ArrayList<>();
    List<Step> steps = derivation.expression().steps();
    wanted.add(derivation.value(derivation.expression().result()));
    for (int i = 0; i < steps.size(); i++) {
      if (whole || steps.get(i) instanceof Step.Variable) {
        wanted.add(derivation.value(i));
        wanted.add(derivation.gradientOrZeros(i));
      }
      if (whole) {
        for (Derivation.Term t : derivation.terms(i)) {
          wanted.add(t.value());
          t.local().ifPresent(wanted::add);
        }
      }
    }
    return wanted;
  }

  private void solve(List<Expr> wanted, Map<String, Literal> point) {
    try (Evaluation e = Evaluation.of(derivation.builder(), wanted)) {
      e.at(point).run();
      for (Expr w : wanted) {
        numbers.computeIfAbsent(w.value(), v -> e.get(w));
      }
    }
  }

  Derivation derivation() {
    return derivation;
  }

  Literal number(Expr e) {
    return numbers.get(e.value());
  }

  /** The result. */
  public double value() {
    return value(derivation.expression().result()).get(0);
  }

  Literal value(int step) {
    return number(derivation.value(step));
  }

  /** ∂L/∂step, zeros where L does not depend on it. */
  Literal gradient(int step) {
    return number(derivation.gradientOrZeros(step));
  }

  /** The gradient of every variable, by name, as JSON has it. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    gradients().forEach((name, g) -> json.put(name, Numbers.json(g)));
    return json;
  }

  /** The gradient of every variable, by name. */
  public Map<String, Literal> gradients() {
    Map<String, Literal> gradients = new LinkedHashMap<>();
    List<Step> steps = derivation.expression().steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Step.Variable v) {
        gradients.put(v.given(), gradient(i));
      }
    }
    return gradients;
  }
}
