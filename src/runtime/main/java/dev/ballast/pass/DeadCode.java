package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import java.util.HashSet;
import java.util.Set;

/**
 * Drops nodes that neither an output nor an update needs. The gradient of the network's input goes
 * this way, and with it the first layer's costliest product.
 */
public final class DeadCode {
  private DeadCode() {}

  public static Graph run(Graph graph) {
    Set<Value> needed = new HashSet<>(graph.outputs().values());
    needed.addAll(graph.updates().values());
    for (Node n : graph.nodes().reversed()) {
      if (n.results().stream().anyMatch(needed::contains)) {
        needed.addAll(n.inputs());
      }
    }
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (n.results().stream().anyMatch(needed::contains)) {
        r.emit(n);
      }
    }
    return r.finish();
  }
}
