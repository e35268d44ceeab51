package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;

/** y = x + body(x): He, Zhang, Ren and Sun 2015. The body leaves the shape that it gets. */
public record Residual(Layer body) implements Layer {
  /**
   * @throws ShapeException where the body changes the type
   */
  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Expr y = body.apply(scope, x);
    if (!y.type().equals(x.type())) {
      throw new ShapeException(
          "residual: the body makes " + y.type() + " of " + x.type() + ", which can't be added");
    }
    return Ops.add(x, y);
  }
}
