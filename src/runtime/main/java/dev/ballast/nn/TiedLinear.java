package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;

/**
 * y[B,…,O] = x[B,…,I] · W[O,I]ᵀ with the weight of an {@link Embedding} before it (Press and Wolf
 * 2017). It has no parameter of its own; the gradient of W sums over both uses.
 *
 * @param name of the layer, which its nodes carry
 * @param embedding the whole name of the embedding, whose weight is (O, I)
 */
public record TiedLinear(String name, String embedding) implements Layer {
  /**
   * @throws IllegalArgumentException where no layer before has such a weight
   */
  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Expr weight = scope.shared(embedding + ".weight");
    return scope.named(name, () -> Ops.matmul(x, weight, false, true));
  }
}
