package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.lang.foreign.MemorySegment;

/**
 * What may be done to an image that is trained with, so that the network never sees quite the same
 * one twice: first turned about its middle, then flipped, then shifted.
 *
 * @param shift the most pixels that it is moved by, up or down and to either side
 * @param flip whether every second one is a mirror image, left for right
 * @param rotate the most degrees that it is turned by, either way
 */
public record Augmentation(int shift, boolean flip, double rotate) {
  public Augmentation {
    if (shift < 0 || !(rotate >= 0 && rotate <= 180)) {
      throw new IllegalArgumentException(
          "shift " + shift + " must be at least 0, rotate " + rotate + " in [0, 180]");
    }
  }

  /** What is done to one image: a function of seed, epoch and index alone. */
  static final class Change {
    private final Philox random = new Philox(0, 0);
    private int down;
    private int right;
    private boolean mirrored;
    private double sin;
    private double cos = 1;

    /** Allocates nothing. */
    void draw(Augmentation a, long seed, int epoch, int index) {
      random.reseed(seed, Philox.AUGMENTATION + epoch);
      random.seek(2L * index);
      int down = random.nextInt(2 * a.shift + 1) - a.shift;
      int right = random.nextInt(2 * a.shift + 1) - a.shift;
      boolean mirrored = a.flip && random.nextInt(2) == 1;
      set(down, right, mirrored, a.rotate * (2 * random.nextFloat() - 1));
    }

    /**
     * @param degrees against the clock
     */
    void set(int newDown, int newRight, boolean newMirrored, double degrees) {
      down = newDown;
      right = newRight;
      mirrored = newMirrored;
      // Those of StrictMath allocate.
      sin = Math.sin(Math.toRadians(degrees));
      cos = Math.cos(Math.toRadians(degrees));
    }
  }

  /** The sizes of images: [H, W], or [C, H, W]. */
  record Size(int channels, int height, int width) {
    static Size of(Shape example) {
      if (example.rank() != 2 && example.rank() != 3) {
        throw new ShapeException(
            "images to be changed have sizes [H, W] or [C, H, W], not " + example);
      }
      int channels = example.rank() == 3 ? example.dim(0) : 1;
      return new Size(channels, example.dim(-2), example.dim(-1));
    }

    int elements() {
      return channels * height * width;
    }
  }

  /**
   * Writes a changed image. What comes from beyond the edge is {@code fill}. Where it is turned,
   * each pixel is interpolated between four. Allocates nothing.
   */
  static void apply(Change c, Size s, MemorySegment image, float fill, MemorySegment to, long at) {
    for (int channel = 0; channel < s.channels; channel++) {
      int from = channel * s.height * s.width;
      for (int y = 0; y < s.height; y++) {
        line(c, s, image, from, fill, y, to, at + from + (long) y * s.width);
      }
    }
  }

  private static void line(
      Change c,
      Size s,
      MemorySegment image,
      int from,
      float fill,
      int y,
      MemorySegment to,
      long at) {
    double middleY = (s.height - 1) / 2.0;
    double middleX = (s.width - 1) / 2.0;
    int row = y - c.down;
    for (int x = 0; x < s.width; x++) {
      int moved = x - c.right;
      int column = c.mirrored ? s.width - 1 - moved : moved;
      float value;
      if (c.sin == 0 && c.cos == 1) {
        value = pixel(image, from, s, fill, row, column);
      } else {
        double dy = row - middleY;
        double dx = column - middleX;
        double turnedY = middleY + c.sin * dx + c.cos * dy;
        double turnedX = middleX + c.cos * dx - c.sin * dy;
        value = between(image, from, s, fill, turnedY, turnedX);
      }
      to.setAtIndex(JAVA_FLOAT_UNALIGNED, at + x, value);
    }
  }

  private static float between(
      MemorySegment image, int from, Size s, float fill, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    float down = (float) (y - top);
    float right = (float) (x - left);
    float upper =
        (1 - right) * pixel(image, from, s, fill, top, left)
            + right * pixel(image, from, s, fill, top, left + 1);
    float lower =
        (1 - right) * pixel(image, from, s, fill, top + 1, left)
            + right * pixel(image, from, s, fill, top + 1, left + 1);
    return (1 - down) * upper + down * lower;
  }

  private static float pixel(
      MemorySegment image, int from, Size s, float fill, int row, int column) {
    boolean inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
    return inside ? image.getAtIndex(JAVA_FLOAT_UNALIGNED, from + row * s.width + column) : fill;
  }
}
