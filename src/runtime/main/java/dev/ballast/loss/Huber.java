package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;

/**
 * With d = |ŷ − y|: d²/2 up to δ, and from there the tangent, δ(d − δ/2). As torch.nn.HuberLoss.
 *
 * @param delta δ
 */
public record Huber(double delta) implements Loss {
  public Huber {
    if (!(delta > 0) || Double.isInfinite(delta)) {
      throw new IllegalArgumentException("delta must be a finite number above 0, not " + delta);
    }
  }

  public Huber() {
    this(1);
  }

  @Override
  public String label() {
    return "huber";
  }

  @Override
  public boolean isOfNumbers() {
    return true;
  }

  /** Both branches are q(d − q/2) with q = min(d, δ). */
  @Override
  public Expr mean(Expr prediction, Expr target) {
    Expr d = Ops.abs(Ops.sub(prediction, target));
    Expr q = Ops.min(d, Ops.constant(d, delta));
    return Ops.mean(Ops.mul(q, Ops.sub(d, Ops.mul(q, Ops.constant(q, 0.5)))));
  }
}
