package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;

/**
 * y[B,T,E] = x[B,T,E] + weight[T,E]: what each place of a sequence adds is learned, as GPT does it
 * (Radford et al. 2018).
 *
 * @param name of the layer; its parameter is {@code name.weight}
 * @param length T
 * @param width E
 */
public record Positions(String name, int length, int width, Initializer weight) implements Layer {

  /** Started as a torch.nn.Embedding of the places starts: N(0, 1). */
  public static Positions of(String name, int length, int width) {
    return new Positions(name, length, width, Initializer.normal(0, 1));
  }

  public Positions withInitializer(Initializer other) {
    return new Positions(name, length, width, other);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(
        name,
        () -> {
          TensorType w = x.type().withShape(Shape.of(length, width));
          return Ops.add(x, scope.parameter("weight", w, weight));
        });
  }
}
