package dev.ballast.cli.report;

/**
 * Colours for numbers around 0: from blue over near-white to red, the ends of ColorBrewer's RdBu.
 */
final class Diverging {
  private static final int[] BELOW = {33, 102, 172};
  private static final int[] ZERO = {247, 247, 247};
  private static final int[] ABOVE = {178, 24, 43};

  private Diverging() {}

  /**
   * @param part from −1 to 1; what lies beyond is as −1 or 1
   */
  static int colour(double part) {
    int[] end = part < 0 ? BELOW : ABOVE;
    double p = Math.min(1, Math.abs(part));
    return Png.rgb(mixed(end[0], 0, p), mixed(end[1], 1, p), mixed(end[2], 2, p));
  }

  private static int mixed(int end, int channel, double part) {
    return (int) Math.round(ZERO[channel] + part * (end - ZERO[channel]));
  }

  /** The whole scale, as a strip. */
  static String scale(int width) {
    return Png.address(width, 1, (x, _) -> colour(2.0 * x / (width - 1) - 1));
  }
}
