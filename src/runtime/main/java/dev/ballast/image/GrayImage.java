package dev.ballast.image;

/**
 * Gray pixels, row by row, a byte each: 0 dark to 255 light.
 *
 * <pre>{@code
 * GrayImage small = ImageDecoder.read(Path.of("cat.jpg"), ImageDecoder.BLACK).resized(28, 28);
 * }</pre>
 */
public record GrayImage(int width, int height, byte[] pixels) {
  public GrayImage {
    if (width < 1 || height < 1 || pixels.length != (long) width * height) {
      throw new IllegalArgumentException(
          "an image of " + width + " × " + height + " does not have " + pixels.length + " pixels");
    }
  }

  public int at(int x, int y) {
    return pixels[y * width + x] & 255;
  }

  /** Squeezed or stretched to a size, antialiased; nothing is cut off. */
  public GrayImage resized(int newWidth, int newHeight) {
    return TriangleFilter.resize(this, newWidth, newHeight);
  }

  /** Light for dark. */
  public GrayImage inverted() {
    byte[] other = new byte[pixels.length];
    for (int i = 0; i < other.length; i++) {
      other[i] = (byte) (255 - (pixels[i] & 255));
    }
    return new GrayImage(width, height, other);
  }
}
