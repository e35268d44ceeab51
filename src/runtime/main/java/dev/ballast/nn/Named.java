package dev.ballast.nn;

import dev.ballast.ir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer whose parameters are named after it: those of {@code body} follow the name and a dot, as
 * those of a child module do in PyTorch.
 */
public record Named(String name, Layer body) implements Layer {

  /** Layers one after the other, named by their numbers as those in a torch.nn.ModuleList are. */
  public static Named list(String name, List<? extends Layer> layers) {
    List<Layer> numbered = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      numbered.add(new Named(Integer.toString(i), layers.get(i)));
    }
    return new Named(name, new Sequential(numbered));
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(name, () -> body.apply(scope, x));
  }
}
