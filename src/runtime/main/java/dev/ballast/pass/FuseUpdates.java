package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Product;
import dev.ballast.op.Update;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes {@code matmul_sgd} of a product that is nothing but the gradient of one step of gradient
 * descent. The gradient then needs no memory, and the parameter and its velocity are read and
 * written once, while the product is computed.
 */
public final class FuseUpdates {
  private final Graph graph;
  private final List<List<Node>> users;
  private final Set<Value> seen;

  private FuseUpdates(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
    this.seen = new HashSet<>(graph.outputs().values());
  }

  public static Graph run(Graph graph) {
    return new FuseUpdates(graph).rewritten();
  }

  private Graph rewritten() {
    Map<Node, Node> productOf = new HashMap<>();
    for (Node n : graph.nodes()) {
      gradient(n).ifPresent(p -> productOf.put(n, p));
    }
    if (productOf.isEmpty()) {
      return graph;
    }
    Set<Node> products = new HashSet<>(productOf.values());
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (productOf.containsKey(n)) {
        fuse(n, productOf.get(n), r);
      } else if (!products.contains(n)) {
        r.emit(n);
      }
    }
    return r.finish();
  }

  /** The product that is this update's gradient, and read by nobody else. */
  private Optional<Node> gradient(Node update) {
    if (!(update.op() instanceof Update.Sgd)
        || !Update.MatMulSgd.serves(update.inputTypes().getFirst())
        || !(update.inputs().get(1) instanceof Value.Result g)
        || seen.contains(g)
        || users.get(g.id()).size() != 1) {
      return Optional.empty();
    }
    Node product = graph.nodes().get(g.node());
    boolean fits = product.op() instanceof Product.MatMul m && !m.transposeB();
    return fits && product.inputTypes().stream().allMatch(t -> t.shape().rank() == 2)
        ? Optional.of(product)
        : Optional.empty();
  }

  private static void fuse(Node update, Node product, Rewrite r) {
    Update.Sgd sgd = (Update.Sgd) update.op();
    Product.MatMul m = (Product.MatMul) product.op();
    List<Expr> inputs = new ArrayList<>(r.inputs(update));
    inputs.remove(1);
    inputs.addAll(1, r.inputs(product));
    var op =
        new Update.MatMulSgd(m.transposeA(), sgd.momentum(), sgd.nesterov(), sgd.weightDecay());
    r.emit(update, op, inputs);
  }
}
