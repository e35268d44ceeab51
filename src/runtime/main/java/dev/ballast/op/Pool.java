package dev.ballast.op;

import dev.ballast.kernel.PoolShape;
import dev.ballast.kernel.WindowAxis;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * Folds of what lies under a window, channel by channel: x[B,C,H,W] to y[B,C,H',W']. Windows that
 * would reach beyond the padding are left out.
 */
public sealed interface Pool extends Image permits MaxPool, MeanPool {
  List<Integer> kernel();

  List<Integer> stride();

  List<Integer> padding();

  default List<Integer> dilation() {
    return List.of(1, 1);
  }

  /** Demands sane attributes. */
  static void check(List<Integer> kernel, List<Integer> stride, List<Integer> padding) {
    Image.pair("kernel", kernel, 1);
    Image.pair("stride", stride, 1);
    Image.pair("padding", padding, 0);
    for (int i = 0; i < 2; i++) {
      if (padding.get(i) > kernel.get(i) / 2) {
        throw new IllegalArgumentException(
            "padding " + padding + " is more than half the window " + kernel);
      }
    }
  }

  /** The shape for images of these sizes. */
  default PoolShape shape(Sizes x) {
    PoolShape s =
        new PoolShape(
            x.batch(), x.channels(), axis(0, x.height()), axis(1, x.width()), batchLast());
    if (s.y().isEmptySomewhere() || s.x().isEmptySomewhere()) {
      throw misfit(
          "a window of %dx%d does not fit into images of %dx%d with padding %s and dilation %s"
              .formatted(
                  s.y().kernel(), s.x().kernel(), x.height(), x.width(), padding(), dilation()));
    }
    return s;
  }

  private WindowAxis axis(int i, int in) {
    return new WindowAxis(
        in, kernel().get(i), stride().get(i), padding().get(i), dilation().get(i));
  }

  /** The type of y. */
  default TensorType result(PoolShape s, TensorType like) {
    Sizes y = new Sizes(s.batch(), s.channels(), s.y().out(), s.x().out());
    return like.withShape(y.shape(batchLast()));
  }

  /** Images of another height and width. */
  default TensorType sized(TensorType y, List<Integer> size) {
    Sizes s = sizes(y);
    Sizes x = new Sizes(s.batch(), s.channels(), size.getFirst(), size.getLast());
    return y.withShape(x.shape(batchLast()));
  }

  /** The type of images x of which the pooled are of type {@code y}. */
  default TensorType unpooled(TensorType y, List<Integer> size) {
    TensorType x = sized(y, size);
    TensorType expected = result(shape(sizes(x)), x);
    if (!expected.equals(y)) {
      throw misfit(y + " is not of the type " + expected + " that " + x + " is pooled to");
    }
    return x;
  }

  /** The height and width of images. */
  static List<Integer> size(Sizes s) {
    return List.of(s.height(), s.width());
  }

  @Override
  default List<Integer> imageResults() {
    return List.of(0);
  }

  @Override
  default List<Integer> imageInputs() {
    return List.of(0);
  }
}
