package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Normalize;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * y = (x − mean) / √(variance + ε) · weight[E] + bias[E], mean and variance over the last dimension
 * of x[B,…,E], the variance that of the whole and not of a sample (Ba, Kiros and Hinton 2016;
 * torch.nn.LayerNorm).
 *
 * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
 * @param width E
 * @param epsilon ε
 * @param hasBias whether there is a bias
 */
public record LayerNorm(String name, int width, double epsilon, boolean hasBias) implements Layer {

  public LayerNorm {
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("layer_norm: ε must be above 0, not " + epsilon);
    }
  }

  /** With torch.nn.LayerNorm's ε, and a bias. */
  public static LayerNorm of(String name, int width) {
    return new LayerNorm(name, width, 1e-5, true);
  }

  public LayerNorm withoutBias() {
    return new LayerNorm(name, width, epsilon, false);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(
        name,
        () -> {
          var rows = new Normalize.Rows(epsilon);
          Expr normal = scope.builder().applyAll(rows, List.of(x)).getFirst();
          TensorType each = x.type().withShape(Shape.of(width));
          Expr weight = scope.parameter("weight", each, Initializer.constant(1));
          Expr y = Ops.mul(normal, weight);
          return hasBias ? Ops.add(y, scope.parameter("bias", each, Initializer.zeros())) : y;
        });
  }
}
