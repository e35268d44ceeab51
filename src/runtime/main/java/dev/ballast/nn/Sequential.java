package dev.ballast.nn;

import dev.ballast.ir.Expr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Layers one after the other. Where the largest under a window is taken of ReLUs it is taken first:
 * neither it nor the gradient changes, and there are fewer ReLUs to compute and to keep.
 */
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
    for (Layer layer : pooledFirst()) {
      y = layer.apply(scope, y);
    }
    return y;
  }

  private List<Layer> pooledFirst() {
    List<Layer> order = new ArrayList<>(layers);
    for (int i = 1; i < order.size(); i++) {
      if (order.get(i) instanceof MaxPool2d && order.get(i - 1) == Activation.RELU) {
        Collections.swap(order, i - 1, i);
      }
    }
    return order;
  }
}
