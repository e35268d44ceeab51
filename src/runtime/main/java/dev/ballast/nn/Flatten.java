package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;

/** [B, …] to [B, all the rest]. */
public record Flatten() implements Layer {
  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return x.shape().rank() == 2 ? x : Ops.flatten(x);
  }
}
