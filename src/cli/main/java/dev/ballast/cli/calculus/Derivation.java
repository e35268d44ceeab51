package dev.ballast.cli.calculus;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.autodiff.Backward;
import dev.ballast.autodiff.Contribution;
import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A function and its backward pass in one graph, told in terms of the function's own steps. */
final class Derivation {
  /**
   * What one use of a step adds to its gradient.
   *
   * @param user the step that uses it, as its operand {@code operand}
   * @param value the summand, ∂L/∂user · ∂user/∂step
   * @param local ∂user/∂step, element by element, where it is diagonal
   */
  record Term(int user, int operand, Expr value, Optional<Expr> local) {}

  private final Expression expression;
  private final Names names;
  private final GraphBuilder builder = new GraphBuilder("expression");
  private final List<Expr> values;
  private final List<List<Node>> nodes;
  private final Backward backward;
  private final List<List<Term>> terms = new ArrayList<>();
  private final Map<Integer, Expr> gradients = new HashMap<>();
  private final BitSet movable = new BitSet();

  private Derivation(Expression expression, Map<String, Literal> point, boolean locals) {
    this.expression = expression;
    this.names = Names.of(expression);
    this.values = expression.emit(builder, Expression.types(point));
    Expr result = values.get(expression.result());
    if (result.shape().rank() != 0) {
      throw expression.complaint(
          expression.steps().get(expression.result()),
          "the result is "
              + result.shape()
              + ", not one number: there is no gradient of it; end with sum(…) or mean(…)");
    }
    this.nodes = nodes(builder.nodes());
    List<Expr> variables = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (expression.steps().get(i) instanceof Step.Variable) {
        variables.add(values.get(i));
      }
      terms.add(new ArrayList<>());
      movable.set(
          i,
          expression.steps().get(i) instanceof Step.Variable
              || expression.steps().get(i).operands().stream().anyMatch(movable::get));
    }
    this.backward = Autodiff.backward(result, Autodiff.one(result), variables);
    Map<Integer, List<Contribution>> byNode = new HashMap<>();
    for (Contribution c : backward.contributions()) {
      byNode.computeIfAbsent(c.user().index(), n -> new ArrayList<>()).add(c);
    }
    for (int i = 0; i < values.size(); i++) {
      collect(i, byNode, locals);
    }
  }

  /**
   * Differentiates an expression.
   *
   * @param locals whether local derivatives are wanted too
   */
  static Derivation of(Expression expression, Map<String, Literal> point, boolean locals) {
    return new Derivation(expression, point, locals);
  }

  /** The nodes that each step added: each step's end with the node that computes its value. */
  private List<List<Node>> nodes(List<Node> all) {
    List<List<Node>> ofSteps = new ArrayList<>();
    int from = 0;
    for (Expr e : values) {
      int to = e.value() instanceof Value.Result r ? Math.max(from, r.node() + 1) : from;
      ofSteps.add(all.subList(from, to));
      from = to;
    }
    return ofSteps;
  }

  private void collect(int user, Map<Integer, List<Contribution>> byNode, boolean locals) {
    Step step = expression.steps().get(user);
    List<Contribution> found = new ArrayList<>();
    nodes.get(user).forEach(n -> found.addAll(byNode.getOrDefault(n.index(), List.of())));
    List<Optional<Expr>> contributed = byOperand(step, found);
    List<Optional<Expr>> local =
        locals && contributed.stream().anyMatch(Optional::isPresent)
            ? localDerivatives(user)
            : List.of();
    for (int i = 0; i < contributed.size(); i++) {
      int operand = step.operands().get(i);
      Optional<Expr> diagonal =
          local.isEmpty() || !isDiagonal(user, operand) ? Optional.empty() : local.get(i);
      int position = i;
      contributed
          .get(i)
          .ifPresent(c -> terms.get(operand).add(new Term(user, position, c, diagonal)));
    }
  }

  /** Each operand is read once, so the reads in order are the operands in order. */
  private List<Optional<Expr>> byOperand(Step step, List<Contribution> contributions) {
    List<Contribution> left = new ArrayList<>(contributions);
    left.sort(
        Comparator.comparingInt((Contribution c) -> c.user().index())
            .thenComparingInt(Contribution::input));
    List<Optional<Expr>> found = new ArrayList<>();
    for (int operand : step.operands()) {
      Value wanted = values.get(operand).value();
      Optional<Contribution> first =
          left.stream().filter(c -> c.receiver().equals(wanted)).findFirst();
      first.ifPresent(left::remove);
      found.add(first.map(Contribution::term));
    }
    return found;
  }

  private boolean isDiagonal(int user, int operand) {
    Expr v = values.get(user);
    Expr u = values.get(operand);
    boolean elementwise =
        expression.steps().get(user) instanceof Step.Application a && a.operator().isElementwise();
    boolean numbers = v.shape().elements() == 1 && u.shape().elements() == 1;
    return numbers || elementwise && v.shape().equals(u.shape());
  }

  private List<Optional<Expr>> localDerivatives(int user) {
    Expr v = values.get(user);
    return jacobianProducts(user, Ops.broadcastTo(Ops.constant(v, 1), v.shape()));
  }

  /**
   * The product of a vector with the Jacobian of one step, for each operand that depends on a
   * variable.
   */
  List<Optional<Expr>> jacobianProducts(int user, Expr vector) {
    Step step = expression.steps().get(user);
    List<Expr> operands = step.operands().stream().map(values::get).filter(this::isActive).toList();
    Backward b = Autodiff.backward(values.get(user), vector, operands, nodes.get(user));
    return byOperand(step, b.contributions());
  }

  private boolean isActive(Expr e) {
    return backward.reached(e).isPresent();
  }

  /** Whether a step can be moved at all. */
  boolean dependsOnVariables(int step) {
    return movable.get(step);
  }

  Expression expression() {
    return expression;
  }

  Names names() {
    return names;
  }

  GraphBuilder builder() {
    return builder;
  }

  Expr value(int step) {
    return values.get(step);
  }

  /** ∂L/∂step, where L depends on it and it on a variable. */
  Optional<Expr> gradient(int step) {
    return backward.reached(values.get(step));
  }

  /** ∂L/∂step, zeros where L does not depend on it. */
  Expr gradientOrZeros(int step) {
    return gradients.computeIfAbsent(step, s -> backward.gradient(values.get(s)));
  }

  /** What the gradient of a step is the sum of, in the order of its users. */
  List<Term> terms(int step) {
    return terms.get(step);
  }
}
