package dev.ballast.autodiff;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation as a program that writes programs: the backward pass is more graph
 * in the same builder, so it can be differentiated again.
 *
 * <p>From ∂L/∂L = 1 the nodes are walked in reverse topological order; each adds to the gradient of
 * its inputs what its rule says, ∂L/∂u = Σ ∂L/∂v · ∂v/∂u over the users v of u. It is the
 * recurrence that counts paths, with products of local derivatives for counts.
 *
 * <pre>{@code
 * List<Expr> gradients = Autodiff.gradients(loss, List.of(w, b));
 * }</pre>
 */
public final class Autodiff {
  private final GraphBuilder builder;
  private final Set<Value> active;
  private final Map<Value, Expr> gradients = new HashMap<>();

  private Autodiff(GraphBuilder builder, Set<Value> active) {
    this.builder = builder;
    this.active = active;
  }

  /**
   * ∂loss/∂x for each x, of x's type; zeros where loss does not depend on it.
   *
   * @throws ShapeException where the loss is not one floating number, or an x is not floating
   * @throws IllegalArgumentException where an x belongs to another graph
   */
  public static List<Expr> gradients(Expr loss, List<Expr> xs) {
    if (loss.type().elements() != 1 || !loss.type().dtype().isFloating()) {
      throw new ShapeException(
          "gradients: the loss must be one number, not " + loss.type() + ": take a sum or a mean");
    }
    for (Expr x : xs) {
      if (!x.type().dtype().isFloating()) {
        throw new ShapeException("gradients: " + x + " is not floating");
      }
      if (x.builder() != loss.builder()) {
        throw new IllegalArgumentException("gradients: " + x + " belongs to another graph");
      }
    }
    GraphBuilder builder = loss.builder();
    Autodiff a = new Autodiff(builder, dependents(builder.nodes(), xs));
    return builder.during(Phase.BACKWARD, () -> a.run(loss, xs));
  }

  /** The values that some x reaches: only their gradients matter. */
  private static Set<Value> dependents(List<Node> nodes, List<Expr> xs) {
    Set<Value> reached = new HashSet<>();
    xs.forEach(x -> reached.add(x.value()));
    for (Node n : nodes) {
      if (n.inputs().stream().anyMatch(reached::contains)) {
        reached.addAll(n.results());
      }
    }
    return reached;
  }

  private List<Expr> run(Expr loss, List<Expr> xs) {
    Expr one = Ops.constant(loss, 1);
    gradients.put(loss.value(), Ops.reshape(one, loss.shape()));
    List<Node> forward = builder.nodes();
    for (Node n : forward.reversed()) {
      boolean carries = n.results().stream().anyMatch(gradients::containsKey);
      if (carries && n.inputs().stream().anyMatch(active::contains)) {
        builder.named(n.name(), () -> step(n));
      }
    }
    return xs.stream().map(x -> gradientOf(x.value())).toList();
  }

  private Optional<Expr> step(Node n) {
    List<Expr> ofResults = new ArrayList<>();
    for (Value.Result r : n.results()) {
      ofResults.add(gradientOf(r));
    }
    Backprop b = new Backprop(builder, n, ofResults);
    n.op().gradient(b);
    for (int i = 0; i < n.inputs().size(); i++) {
      Value input = n.inputs().get(i);
      if (active.contains(input)) {
        b.contributions().get(i).ifPresent(c -> gradients.merge(input, c, Ops::add));
      }
    }
    return Optional.empty();
  }

  private Expr gradientOf(Value v) {
    Expr g = gradients.get(v);
    if (g != null) {
      return g;
    }
    Expr zero = Ops.constant(builder.expr(v), 0);
    Shape shape = v.type().shape();
    return Ops.broadcastTo(zero, shape);
  }
}
