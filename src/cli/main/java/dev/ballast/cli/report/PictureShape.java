package dev.ballast.cli.report;

import dev.ballast.image.PictureSize;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.util.Optional;

/**
 * How the elements of an example are a picture: channel by channel, each row by row.
 *
 * @param channels 1 of a gray picture, 3 of one in red, green and blue
 */
public record PictureShape(int channels, int height, int width) {
  /** Of an example that is an image; empty where its shape is none of a picture. */
  public static Optional<PictureShape> of(Shape example) {
    if (example.rank() == 3 && example.dim(0) == 3) {
      return Optional.of(new PictureShape(3, example.dim(1), example.dim(2)));
    }
    try {
      PictureSize gray = PictureSize.of(example);
      return Optional.of(new PictureShape(1, gray.height(), gray.width()));
    } catch (ShapeException e) {
      return Optional.empty();
    }
  }

  int pixels() {
    return height * width;
  }

  int elements() {
    return channels * pixels();
  }
}
