package dev.ballast.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a gradient rule sees of one node, and where it leaves its contributions. The names follow
 * the formula ∂L/∂u = Σ ∂L/∂v · ∂v/∂u over the users v of u.
 */
public final class Backprop {
  private final GraphBuilder builder;
  private final Node node;
  private final List<Expr> resultGradients;
  private final List<Optional<Expr>> contributions = new ArrayList<>();

  /**
   * @param resultGradients ∂L/∂result for every result of the node, each of that result's type
   */
  public Backprop(GraphBuilder builder, Node node, List<Expr> resultGradients) {
    this.builder = builder;
    this.node = node;
    this.resultGradients = List.copyOf(resultGradients);
    node.inputs().forEach(i -> contributions.add(Optional.empty()));
  }

  /** Input {@code i} of the node. Reading it keeps it alive until the backward pass. */
  public Expr in(int i) {
    return builder.expr(node.inputs().get(i));
  }

  public int inputs() {
    return node.inputs().size();
  }

  /** The node's only result, or its first. Reading it keeps it alive until the backward pass. */
  public Expr out() {
    return builder.expr(node.results().getFirst());
  }

  /** All results of the node. Reading one keeps it alive until the backward pass. */
  public List<Expr> results() {
    return node.results().stream().map(builder::expr).toList();
  }

  /** ∂L/∂result for the only result, or the first. */
  public Expr dout() {
    return resultGradients.getFirst();
  }

  /** ∂L/∂result for every result. */
  public List<Expr> douts() {
    return resultGradients;
  }

  /** Leaves the contribution to ∂L/∂input {@code i}, of that input's type; one for each input. */
  public void contribute(int i, Expr contribution) {
    if (contributions.get(i).isPresent()) {
      throw new IllegalStateException(
          "gradient rule of " + node.op().name() + ": two contributions to input " + i);
    }
    if (!contribution.type().equals(node.inputs().get(i).type())) {
      throw new IllegalStateException(
          "gradient rule of "
              + node.op().name()
              + ": contribution to input "
              + i
              + " has type "
              + contribution.type()
              + ", the input "
              + node.inputs().get(i).type());
    }
    contributions.set(i, Optional.of(contribution));
  }

  /** What the rule left, input by input. */
  public List<Optional<Expr>> contributions() {
    return List.copyOf(contributions);
  }
}
