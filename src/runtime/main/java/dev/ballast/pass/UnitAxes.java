package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.op.Reduce;
import dev.ballast.tensor.Shape;

/**
 * Makes a view of a fold over axes of length 1: with a batch of one example, the sum over the batch
 * that is a bias's gradient. What parameters and states hold is not viewed, since an update may
 * write over it.
 */
public final class UnitAxes {
  private UnitAxes() {}

  public static Graph run(Graph graph) {
    if (graph.nodes().stream().noneMatch(n -> isView(graph, n))) {
      return graph;
    }
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (isView(graph, n)) {
        Shape shape = n.results().getFirst().type().shape();
        r.replace(
            n.results().getFirst(),
            r.builder()
                .named(
                    n.name(),
                    () ->
                        r.builder()
                            .during(
                                n.phase(),
                                () -> Ops.reshape(r.get(n.inputs().getFirst()), shape))));
      } else {
        r.emit(n);
      }
    }
    return r.finish();
  }

  private static boolean isView(Graph graph, Node n) {
    if (!(n.op() instanceof Reduce.Folding f)) {
      return false;
    }
    Value in = n.inputs().getFirst();
    Value base = graph.viewBase(in);
    return f.axes().stream().allMatch(a -> in.type().shape().dim(a) == 1)
        && base instanceof Value.Result
        && !graph.updates().containsValue(base);
  }
}
