package dev.ballast.image;

import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;

/** The width and height of the gray pictures that a model takes. */
public record PictureSize(int width, int height) {

  /**
   * From a model's example: [H, W], [1, H, W], or [N] with N a square.
   *
   * @throws ShapeException where it is none of these
   */
  public static PictureSize of(Shape example) {
    int rank = example.rank();
    int height = rank >= 2 ? example.dim(-2) : (int) Math.round(Math.sqrt(example.elements()));
    long width = height == 0 ? 0 : example.elements() / height;
    boolean fits = width * height == example.elements() && width > 0 && width <= 1 << 15;
    if (!fits || height > 1 << 15 || rank > 3 || rank == 3 && example.dim(0) > 1) {
      throw new ShapeException(
          "the model takes examples " + example + ", which is no gray picture");
    }
    return new PictureSize((int) width, height);
  }

  public int pixels() {
    return width * height;
  }
}
