package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.MaxPool;
import java.util.List;

/** The largest under a window. In training it keeps the places of the largest, not its input. */
public record MaxPool2d(Window window) implements Layer {
  /** Windows side by side. */
  public static MaxPool2d of(int kernel) {
    return new MaxPool2d(Window.of(kernel).withStride(kernel));
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.builder().named("max_pool2d", () -> pool(scope, x));
  }

  private Expr pool(LayerScope scope, Expr x) {
    Window w = window;
    if (scope.isTraining()) {
      MaxPool.Places op =
          new MaxPool.Places(w.kernel(), w.stride(), w.padding(), w.dilation(), false);
      return scope.builder().applyAll(op, List.of(x)).getFirst();
    }
    MaxPool.Largest op =
        new MaxPool.Largest(w.kernel(), w.stride(), w.padding(), w.dilation(), false);
    return scope.builder().apply(op, x);
  }
}
