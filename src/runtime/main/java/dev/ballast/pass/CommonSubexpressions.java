package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.tensor.Literal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes the same op on the same inputs once, and keeps equal constants once. Updates stay as
 * they are: each has its own target.
 */
public final class CommonSubexpressions {
  private CommonSubexpressions() {}

  private record Key(Op op, List<Value> inputs) {}

  public static Graph run(Graph graph) {
    Rewrite r = Rewrite.of(graph);
    Set<Value> updates = new HashSet<>(graph.updates().values());
    Map<Literal, Expr> constants = new HashMap<>();
    Map<Key, List<Expr>> known = new HashMap<>();
    for (Node n : graph.nodes()) {
      for (Value in : n.inputs()) {
        if (in instanceof Value.Constant c) {
          r.replace(c, constants.computeIfAbsent(c.literal(), l -> r.get(c)));
        }
      }
      Key key = new Key(n.op(), r.inputs(n).stream().map(Expr::value).toList());
      List<Expr> same = known.get(key);
      if (same == null || n.results().stream().anyMatch(updates::contains)) {
        known.put(key, r.emit(n));
      } else {
        for (int i = 0; i < same.size(); i++) {
          r.replace(n.results().get(i), same.get(i));
        }
      }
    }
    return r.finish();
  }
}
