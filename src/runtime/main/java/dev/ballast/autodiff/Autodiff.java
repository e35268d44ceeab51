package dev.ballast.autodiff;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
  private final List<Contribution> contributions = new ArrayList<>();

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
    Backward b = backward(loss, one(loss), xs);
    return xs.stream().map(b::gradient).toList();
  }

  /** ∂L/∂L: where the backward pass of a loss starts. */
  public static Expr one(Expr loss) {
    return loss.builder()
        .during(Phase.BACKWARD, () -> Ops.reshape(Ops.constant(loss, 1), loss.shape()));
  }

  /**
   * The product of a vector with the Jacobian of y: the backward pass of y from ∂L/∂y = {@code
   * seed}, term by term, toward {@code xs}.
   *
   * @throws ShapeException where the seed is not of y's type, or an x is not floating
   * @throws IllegalArgumentException where an x or the seed belongs to another graph
   */
  public static Backward backward(Expr y, Expr seed, List<Expr> xs) {
    return backward(y, seed, xs, y.builder().nodes());
  }

  /**
   * The same through a stretch of the graph alone: what lies before it counts as given. With the
   * nodes of one function this is its local derivative, whatever else its operands depend on.
   *
   * @param within the nodes to walk, in execution order
   */
  public static Backward backward(Expr y, Expr seed, List<Expr> xs, List<Node> within) {
    if (!seed.type().equals(y.type())) {
      throw new ShapeException("gradients: the seed of " + y + " has type " + seed.type());
    }
    for (Expr x : xs) {
      if (!x.type().dtype().isFloating()) {
        throw new ShapeException("gradients: " + x + " is not floating");
      }
    }
    GraphBuilder builder = y.builder();
    for (Expr e : Stream.concat(xs.stream(), Stream.of(seed)).toList()) {
      if (e.builder() != builder) {
        throw new IllegalArgumentException("gradients: " + e + " belongs to another graph");
      }
    }
    Autodiff a = new Autodiff(builder, dependents(within, xs));
    return builder.during(Phase.BACKWARD, () -> a.run(y, seed, within));
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

  private Backward run(Expr y, Expr seed, List<Node> within) {
    gradients.put(y.value(), seed);
    for (Node n : within.reversed()) {
      boolean carries = n.results().stream().anyMatch(gradients::containsKey);
      if (carries && n.inputs().stream().anyMatch(active::contains)) {
        builder.named(n.name(), () -> step(n));
      }
    }
    return new Backward(gradients, contributions);
  }

  private Optional<Expr> step(Node n) {
    List<Expr> ofResults = new ArrayList<>();
    for (Value.Result r : n.results()) {
      Expr g = gradients.get(r);
      ofResults.add(g != null ? g : Backward.zeros(builder.expr(r)));
    }
    Backprop b = new Backprop(builder, n, ofResults);
    n.op().gradient(b);
    for (int i = 0; i < n.inputs().size(); i++) {
      Optional<Expr> term = b.contributions().get(i);
      if (term.isPresent() && active.contains(n.inputs().get(i))) {
        contributions.add(new Contribution(n, i, term.get()));
        gradients.merge(n.inputs().get(i), term.get(), Ops::add);
      }
    }
    return Optional.empty();
  }
}
