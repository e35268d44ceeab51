package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;

/**
 * Zeroes elements with probability {@code rate} in training and scales the others by 1/(1 − rate);
 * nothing at inference. The masks are a function of seed and step, so a run can be repeated.
 */
public record Dropout(double rate) implements Layer {
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout: rate " + rate + " is not in [0, 1)");
    }
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    if (!scope.isTraining() || rate == 0) {
      return x;
    }
    return scope
        .builder()
        .named("dropout", () -> Ops.dropout(x, scope.counter(), rate, scope.nextStream()));
  }
}
