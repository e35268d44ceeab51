package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.tensor.ShapeException;

/**
 * The same network for another batch size: every input's leading dimension is replaced, and the
 * shape rules say the rest. Meant for forward graphs, where no op holds the batch size as an
 * attribute.
 */
public final class Rebatch {
  private Rebatch() {}

  /**
   * @throws ShapeException where an input has no leading dimension, or an op does not allow it
   */
  public static Graph run(Graph graph, int batch) {
    Rewrite r =
        Rewrite.of(
            graph,
            i -> {
              if (i.type().shape().rank() == 0) {
                throw new ShapeException(
                    "input '" + i.name() + "' is a scalar: no batch to change");
              }
              return i.type().withShape(i.type().shape().withDim(0, batch));
            });
    for (Node n : graph.nodes()) {
      r.emit(n);
    }
    return r.finish();
  }
}
