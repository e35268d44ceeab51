package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;

/**
 * The exponential moving average of weights, e′ = e + (1−d)(p′ − e), which starts as the weights
 * after the first step. As torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn.
 *
 * @param decay d
 */
public record WeightAverage(double decay) {
  /** The state that tells the first step from the others: 0, then 1. */
  public static final String STARTED = "ema.started";

  public WeightAverage {
    Range.closedShare("ema", decay);
  }

  /** The name of the state that holds a parameter's average. */
  public static String of(String parameter) {
    return "ema." + parameter;
  }

  /** How much of the newest weights is taken: a scalar, 1 in the first step. */
  Expr share(GraphBuilder b, DType dtype) {
    Expr started = b.state(STARTED, TensorType.of(dtype));
    Expr one = Ops.constant(started, 1);
    Expr share = Ops.select(started, Ops.constant(started, 1 - decay), one);
    b.update(started, Ops.max(started, one));
    return share;
  }

  /**
   * @param content the parameter's content after the step
   */
  void emit(GraphBuilder b, String parameter, Expr content, Expr share) {
    Expr average = b.state(of(parameter), content.type());
    Expr next = Ops.add(average, Ops.mul(share, Ops.sub(content, average)));
    b.update(average, next);
  }
}
