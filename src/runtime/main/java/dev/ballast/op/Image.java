package dev.ballast.op;

import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * Ops on images. By PyTorch's custom they lie as [B, C, H, W] in memory; with the batch last, as
 * [C, H, W, B], all images' values of one place are neighbours, which is faster where there are
 * many: a pass over training graphs changes ops to it. Weights lie alike in both.
 */
public sealed interface Image extends BuiltIn permits Convolve, Pool, Channel {
  /** Whether images lie as [C, H, W, B]. */
  boolean batchLast();

  /** The same op on images that lie the other way. */
  Image withBatchLast(boolean last);

  /** Which inputs are images, and so change with the layout. */
  List<Integer> imageInputs();

  /** Which results are images. */
  List<Integer> imageResults();

  /** Sizes of images, whichever way they lie. */
  record Sizes(int batch, int channels, int height, int width) {
    Shape shape(boolean batchLast) {
      return batchLast
          ? Shape.of(channels, height, width, batch)
          : Shape.of(batch, channels, height, width);
    }
  }

  /** The sizes of images. */
  default Sizes sizes(TensorType t) {
    floating(t);
    Shape s = t.shape();
    if (s.rank() != 4) {
      String layout =
          batchLast() ? "[channels, height, width, batch]" : "[batch, channels, height, width]";
      throw misfit("images are " + layout + ", not " + t);
    }
    return batchLast()
        ? new Sizes(s.dim(3), s.dim(0), s.dim(1), s.dim(2))
        : new Sizes(s.dim(0), s.dim(1), s.dim(2), s.dim(3));
  }

  /** Demands two numbers, of rows and columns, that are at least {@code least}. */
  static List<Integer> pair(String name, List<Integer> numbers, int least) {
    if (numbers.size() != 2 || numbers.getFirst() < least || numbers.getLast() < least) {
      throw new IllegalArgumentException(
          name + " must be two numbers of at least " + least + ", not " + numbers);
    }
    return List.copyOf(numbers);
  }
}
