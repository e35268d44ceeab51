package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;

/**
 * y[B,O] = x[B,I] · W[O,I]ᵀ + b[O]. Weights have PyTorch's layout, (out, in).
 *
 * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
 */
public record Linear(
    String name, int in, int out, boolean hasBias, Initializer weight, Initializer bias)
    implements Layer {

  /** With bias, started as torch.nn.Linear starts: all U(±1/√in). */
  public static Linear of(String name, int in, int out) {
    Initializer torch = Initializer.torchLinear(in);
    return new Linear(name, in, out, true, torch, torch);
  }

  public Linear withInitializers(Initializer newWeight, Initializer newBias) {
    return new Linear(name, in, out, hasBias, newWeight, newBias);
  }

  public Linear withoutBias() {
    return new Linear(name, in, out, false, weight, bias);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(
        name,
        () -> {
          TensorType w = x.type().withShape(Shape.of(out, in));
          Expr y = Ops.matmul(x, scope.parameter("weight", w, weight), false, true);
          if (!hasBias) {
            return y;
          }
          return Ops.add(y, scope.parameter("bias", w.withShape(Shape.of(out)), bias));
        });
  }
}
