package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Binary;
import dev.ballast.op.Product;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes {@code matmul_add} of a product that only one addition reads: the product is then added to
 * the other summand where that lies, and needs no bytes of its own. So a gradient that several
 * products contribute to lives once, not twice.
 *
 * <p>The last bits may change with it, and change for every plan of the graph alike.
 */
public final class AccumulateProducts {
  private final Graph graph;
  private final List<List<Node>> users;
  private final Set<Value> seen;

  private AccumulateProducts(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
    this.seen = new HashSet<>(graph.outputs().values());
    this.seen.addAll(graph.updates().values());
  }

  public static Graph run(Graph graph) {
    return new AccumulateProducts(graph).rewritten();
  }

  private Graph rewritten() {
    Map<Node, Node> productOf = new HashMap<>();
    for (Node n : graph.nodes()) {
      product(n).ifPresent(p -> productOf.put(n, p));
    }
    if (productOf.isEmpty()) {
      return graph;
    }
    Map<Node, Node> sumOf = new HashMap<>();
    productOf.forEach((sum, product) -> sumOf.put(product, sum));
    Rewrite r = Rewrite.of(graph);
    Set<Node> done = new HashSet<>();
    for (Node n : graph.nodes()) {
      Node sum = sumOf.get(n);
      if (sum != null && isThere(summand(sum, n), n)) {
        accumulate(sum, n, r);
        done.add(sum);
      } else if (productOf.containsKey(n) && !done.contains(n)) {
        accumulate(n, productOf.get(n), r);
      } else if (sum == null && !done.contains(n)) {
        r.emit(n);
      }
    }
    return r.finish();
  }

  /** The product among the summands that is added where the other lies, the later of two. */
  private Optional<Node> product(Node sum) {
    if (!(sum.op() instanceof Binary.Add) || sum.inputs().getFirst().equals(sum.inputs().get(1))) {
      return Optional.empty();
    }
    return sum.inputs().stream()
        .filter(v -> v instanceof Value.Result && !seen.contains(v))
        .filter(v -> users.get(v.id()).size() == 1)
        .map(v -> graph.nodes().get(((Value.Result) v).node()))
        .filter(p -> p.op() instanceof Product.MatMul)
        .filter(p -> sum.inputTypes().stream().allMatch(p.resultTypes().getFirst()::equals))
        .reduce((first, second) -> first.index() > second.index() ? first : second);
  }

  private static Value summand(Node sum, Node product) {
    Value p = product.results().getFirst();
    return sum.inputs().getFirst().equals(p) ? sum.inputs().get(1) : sum.inputs().getFirst();
  }

  private static boolean isThere(Value v, Node at) {
    return !(v instanceof Value.Result r) || r.node() < at.index();
  }

  private static void accumulate(Node sum, Node product, Rewrite r) {
    Product.MatMul m = (Product.MatMul) product.op();
    Product.MatMulAdd op = new Product.MatMulAdd(m.transposeA(), m.transposeB());
    Expr c = r.get(summand(sum, product));
    List<Expr> ab = r.inputs(product);
    Expr out =
        r.builder()
            .named(
                sum.name(),
                () ->
                    r.builder()
                        .during(
                            sum.phase(),
                            () -> r.builder().apply(op, c, ab.getFirst(), ab.getLast())));
    r.replace(sum.results().getFirst(), out);
  }
}
