package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Channel;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * y = (x − mean) / √(variance + ε) · weight + bias, all of them one a channel (Ioffe and Szegedy
 * 2015). In training mean and variance are those of the batch, and the running ones follow them; at
 * inference they are the running ones. Either way it is one scale and one shift for each channel.
 *
 * <p>The running mean and variance are saved with the weights, and no optimizer changes them.
 *
 * @param name of the layer; what it keeps is {@code name.weight}, {@code name.bias}, {@code
 *     name.running_mean} and {@code name.running_var}
 * @param epsilon ε
 * @param momentum the weight of a batch in the running ones
 */
public record BatchNorm2d(String name, int channels, double epsilon, double momentum)
    implements Layer {

  public BatchNorm2d {
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("batch_norm2d: ε must be above 0, not " + epsilon);
    }
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "batch_norm2d: momentum " + momentum + " is not in [0, 1]");
    }
  }

  /** With torch.nn.BatchNorm2d's ε and momentum. */
  public static BatchNorm2d of(String name, int channels) {
    return new BatchNorm2d(name, channels, 1e-5, 0.1);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(name, () -> normalized(scope, x));
  }

  private Expr normalized(LayerScope scope, Expr x) {
    TensorType each = x.type().withShape(Shape.of(channels));
    Expr weight = scope.parameter("weight", each, Initializer.constant(1));
    Expr bias = scope.parameter("bias", each, Initializer.zeros());
    Expr runningMean = scope.running("running_mean", each, Initializer.zeros());
    Expr runningVariance = scope.running("running_var", each, Initializer.constant(1));
    Expr mean = runningMean;
    Expr variance = runningVariance;
    GraphBuilder b = scope.builder();
    if (scope.isTraining()) {
      List<Expr> moments = b.applyAll(new Channel.Moments(false), List.of(x));
      mean = moments.getFirst();
      variance = moments.getLast();
      double n = (double) x.type().elements() / channels;
      follow(scope, runningMean, mean, 1);
      follow(scope, runningVariance, variance, n / Math.max(1, n - 1));
    }
    Expr deviation = Ops.sqrt(Ops.add(variance, Ops.constant(variance, epsilon)));
    Expr scale = Ops.div(weight, deviation);
    Expr shift = Ops.sub(bias, Ops.mul(mean, scale));
    return b.apply(new Channel.Affine(false), x, scale, shift);
  }

  /** running ← running + momentum · (factor · batch − running). */
  private void follow(LayerScope scope, Expr running, Expr batch, double factor) {
    scope.whenFinished(
        () -> {
          Expr now = Ops.mul(batch, Ops.constant(batch, factor));
          Expr step = Ops.mul(Ops.sub(now, running), Ops.constant(running, momentum));
          scope.builder().update(running, Ops.add(running, step));
        });
  }
}
