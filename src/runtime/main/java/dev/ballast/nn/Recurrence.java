package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * What recurrent layers share: a stack of them, unrolled over the steps of the input. Time comes
 * first within, [T,B,·], so that a step is a view, and a gate's inputs are one product for all
 * steps.
 *
 * @param kind of the layers, for complaints
 * @param gates how many blocks of {@code hidden} rows a weight has
 * @param dropout the rate at which the results of all layers but the last are dropped in training
 * @param last whether the result is h after the last step, [B,H], instead of all, [B,T,H]
 */
record Recurrence(
    String kind, int gates, int in, int hidden, int layers, double dropout, boolean last) {

  Recurrence {
    if (in < 1 || hidden < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "%s: in %d, hidden %d and layers %d must be at least 1"
              .formatted(kind, in, hidden, layers));
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(kind + ": dropout " + dropout + " is not in [0, 1)");
    }
  }

  /** One layer: h [B,H] after each step. */
  @FunctionalInterface
  interface Cell {
    List<Expr> steps(Gates gates, int steps);
  }

  /**
   * Emits the stack.
   *
   * @param x [B,T,I]
   * @param sharesBias by gate, whether its two biases are only ever added up
   */
  Expr apply(LayerScope scope, Expr x, List<Boolean> sharesBias, Cell cell) {
    if (x.shape().rank() != 3 || x.shape().dim(2) != in) {
      throw new ShapeException(
          "%s: needs [B, T, %d], steps of %d numbers, and gets %s"
              .formatted(kind, in, in, x.type()));
    }
    int steps = x.shape().dim(1);
    Expr rows = Ops.reshape(Ops.transpose(x, List.of(1, 0, 2)), -1, in);
    for (int layer = 0; ; layer++) {
      int width = layer == 0 ? in : hidden;
      int at = layer;
      Expr input = rows;
      List<Expr> h =
          scope
              .builder()
              .named(
                  "l" + layer,
                  () ->
                      cell.steps(
                          Gates.of(scope, "_l" + at, input, width, this, steps, sharesBias),
                          steps));
      if (layer == layers - 1) {
        return last ? h.getLast() : Ops.transpose(stacked(h), List.of(1, 0, 2));
      }
      rows = new Dropout(dropout).apply(scope, Ops.reshape(stacked(h), -1, hidden));
    }
  }

  /** [T,B,H]. */
  private Expr stacked(List<Expr> h) {
    List<Expr> steps = new ArrayList<>();
    h.forEach(e -> steps.add(Ops.reshape(e, 1, -1, hidden)));
    return Ops.concat(0, steps.toArray(Expr[]::new));
  }
}
