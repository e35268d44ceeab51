package dev.ballast.nn;

import dev.ballast.ir.Expr;
import java.util.List;

/** Layers one after the other. */
public record Sequential(List<Layer> layers) implements Layer {
  public Sequential {
    layers = List.copyOf(layers);
  }

  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Expr y = x;
    for (Layer layer : layers) {
      y = layer.apply(scope, y);
    }
    return y;
  }
}
