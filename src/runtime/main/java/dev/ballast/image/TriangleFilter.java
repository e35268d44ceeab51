package dev.ballast.image;

/**
 * Resizing with a triangle as wide as what a new pixel covers, so that shrinking averages and does
 * not skip. First the rows, then the columns, in fixed point with bytes between the two: the same
 * bits as Pillow's {@code BILINEAR}, on every machine.
 */
final class TriangleFilter {
  /** 8 bits of pixel, 22 of weight, and room for sums that overshoot. */
  private static final int PRECISION = 22;

  private static final int HALF = 1 << (PRECISION - 1);

  /** For each new pixel, where it starts to read and with which weights. */
  private record Taps(int[] from, int[][] weights) {}

  private TriangleFilter() {}

  static GrayImage resize(GrayImage image, int width, int height) {
    GrayImage wide = width == image.width() ? image : rows(image, width);
    return height == image.height() ? wide : columns(wide, height);
  }

  private static GrayImage rows(GrayImage in, int width) {
    Taps taps = taps(in.width(), width);
    byte[] out = new byte[Math.multiplyExact(width, in.height())];
    for (int y = 0; y < in.height(); y++) {
      for (int x = 0; x < width; x++) {
        int first = y * in.width() + taps.from[x];
        out[y * width + x] = sum(in.pixels(), first, 1, taps.weights[x]);
      }
    }
    return new GrayImage(width, in.height(), out);
  }

  private static GrayImage columns(GrayImage in, int height) {
    Taps taps = taps(in.height(), height);
    int width = in.width();
    byte[] out = new byte[Math.multiplyExact(width, height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int first = taps.from[y] * width + x;
        out[y * width + x] = sum(in.pixels(), first, width, taps.weights[y]);
      }
    }
    return new GrayImage(width, height, out);
  }

  private static byte sum(byte[] pixels, int first, int stride, int[] weights) {
    int sum = HALF;
    for (int i = 0; i < weights.length; i++) {
      sum += (pixels[first + i * stride] & 255) * weights[i];
    }
    return (byte) Math.clamp(sum >> PRECISION, 0, 255);
  }

  private static Taps taps(int in, int out) {
    double scale = (double) in / out;
    double radius = Math.max(scale, 1);
    int[] from = new int[out];
    int[][] weights = new int[out][];
    for (int i = 0; i < out; i++) {
      double center = (i + 0.5) * scale;
      from[i] = Math.max(0, (int) (center - radius + 0.5));
      int to = Math.min(in, (int) (center + radius + 0.5));
      double[] heights = new double[to - from[i]];
      double sum = 0;
      for (int k = 0; k < heights.length; k++) {
        double distance = (from[i] + k - center + 0.5) * (1 / radius);
        heights[k] = Math.max(0, 1 - Math.abs(distance));
        sum += heights[k];
      }
      weights[i] = new int[heights.length];
      for (int k = 0; k < heights.length; k++) {
        weights[i][k] = (int) (0.5 + heights[k] / sum * (1 << PRECISION));
      }
    }
    return new Taps(from, weights);
  }
}
