package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Move;
import dev.ballast.op.Pointwise;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets elementwise ops read what was written out in a larger shape as it was before, where another
 * operand has that shape: they broadcast by themselves. So the gradient of a mean is no tensor.
 * What nobody reads any more is left to {@link DeadCode}.
 */
public final class ReadBroadcasts {
  private ReadBroadcasts() {}

  public static Graph run(Graph graph) {
    Map<Node, List<Value>> changed = new HashMap<>();
    for (Node n : graph.nodes()) {
      List<Value> read = inputs(graph, n);
      if (!read.equals(n.inputs())) {
        changed.put(n, read);
      }
    }
    if (changed.isEmpty()) {
      return graph;
    }
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      List<Value> read = changed.get(n);
      if (read == null) {
        r.emit(n);
      } else {
        List<Expr> in = read.stream().map(r::get).toList();
        Expr out =
            r.builder()
                .named(
                    n.name(),
                    () ->
                        r.builder()
                            .during(n.phase(), () -> r.builder().applyAll(n.op(), in).getFirst()));
        r.replace(n.results().getFirst(), out);
      }
    }
    return DeadCode.run(r.finish());
  }

  private static List<Value> inputs(Graph graph, Node n) {
    List<Value> read = new ArrayList<>(n.inputs());
    if (Pointwise.operation(n.op()).isEmpty()
        || graph.updates().containsValue(n.results().getFirst())) {
      return read;
    }
    for (int k = 0; k < read.size(); k++) {
      Value before = read.get(k);
      if (before instanceof Value.Result v
          && graph.nodes().get(v.node()).op() instanceof Move.BroadcastTo
          && isSource(graph, graph.nodes().get(v.node()).inputs().getFirst())) {
        read.set(k, graph.nodes().get(v.node()).inputs().getFirst());
        List<TensorType> types = read.stream().map(Value::type).toList();
        if (!n.op().infer(types).equals(n.resultTypes())) {
          read.set(k, before);
        }
      }
    }
    return read;
  }

  /** What no update can have written over by the time that it is read. */
  private static boolean isSource(Graph graph, Value v) {
    return !graph.updates().containsKey(graph.viewBase(v));
  }
}
