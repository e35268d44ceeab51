package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Convolve;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;

/**
 * y[B,O,H',W'] = x[B,C,H,W] ⋆ w[O,C/groups,kh,kw] + b[O].
 *
 * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
 * @param in channels C
 * @param out channels O
 */
public record Conv2d(
    String name,
    int in,
    int out,
    Window window,
    int groups,
    boolean hasBias,
    Initializer weight,
    Initializer bias)
    implements Layer {

  public Conv2d {
    if (groups < 1 || in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "conv2d: %d channels in and %d out do not fall into %d groups"
              .formatted(in, out, groups));
    }
  }

  /** With bias, started as torch.nn.Conv2d starts: all U(±1/√(C kh kw)). */
  public static Conv2d of(String name, int in, int out, Window window) {
    return new Conv2d(name, in, out, window, 1, true, Initializer.zeros(), Initializer.zeros())
        .withTorchInitializers();
  }

  public Conv2d withGroups(int newGroups) {
    return new Conv2d(name, in, out, window, newGroups, hasBias, weight, bias)
        .withTorchInitializers();
  }

  public Conv2d withInitializers(Initializer newWeight, Initializer newBias) {
    return new Conv2d(name, in, out, window, groups, hasBias, newWeight, newBias);
  }

  public Conv2d withoutBias() {
    return new Conv2d(name, in, out, window, groups, false, weight, bias);
  }

  private Conv2d withTorchInitializers() {
    Initializer torch = Initializer.torchLinear(Math.toIntExact(weights().slice(1, 4).elements()));
    return withInitializers(torch, torch);
  }

  private Shape weights() {
    return Shape.of(out, in / groups, window.kernel().getFirst(), window.kernel().getLast());
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Convolve.Conv2d op =
        new Convolve.Conv2d(window.stride(), window.padding(), window.dilation(), groups, false);
    return scope.named(
        name,
        () -> {
          TensorType w = x.type().withShape(weights());
          Expr kernel = scope.parameter("weight", w, weight);
          if (!hasBias) {
            return scope.builder().apply(op, x, kernel);
          }
          Expr b = scope.parameter("bias", w.withShape(Shape.of(out)), bias);
          return scope.builder().apply(op, x, kernel, b);
        });
  }
}
