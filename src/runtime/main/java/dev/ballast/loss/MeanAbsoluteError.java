package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;

/** |ŷ − y|, y of the predictions' own type; as torch.nn.L1Loss. */
public record MeanAbsoluteError() implements Loss {
  @Override
  public String label() {
    return "mae";
  }

  @Override
  public boolean isOfNumbers() {
    return true;
  }

  @Override
  public Expr mean(Expr prediction, Expr target) {
    return Ops.mean(Ops.abs(Ops.sub(prediction, target)));
  }
}
