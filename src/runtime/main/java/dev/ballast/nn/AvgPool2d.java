package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.MeanPool;

/**
 * The mean under a window.
 *
 * @param window not dilated
 * @param countPadding whether padding counts as zeros; else the mean is of what is there
 */
public record AvgPool2d(Window window, boolean countPadding) implements Layer {
  public AvgPool2d {
    if (window.dilation().stream().anyMatch(d -> d != 1)) {
      throw new IllegalArgumentException("avg_pool2d: its window can't be dilated");
    }
  }

  /** Windows side by side. */
  public static AvgPool2d of(int kernel) {
    return new AvgPool2d(Window.of(kernel).withStride(kernel), true);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    MeanPool.Mean op =
        new MeanPool.Mean(window.kernel(), window.stride(), window.padding(), countPadding, false);
    return scope.builder().named("avg_pool2d", () -> scope.builder().apply(op, x));
  }
}
