package dev.ballast.cli.picture;

import dev.ballast.image.PictureSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/**
 * Two pictures side by side, each pixel a square that can be seen: the gray image as the network
 * sees it, and over it, dimmed, how much the result moves with each pixel. The scale runs from
 * black over red and yellow to white, which is the largest gradient of this image.
 */
public final class HeatMap {
  private static final int SIDE = 448;
  private static final int GAP = 16;
  private static final int PAPER = 0xFFFFFF;

  /** How much of the image shows through where nothing is hot. */
  private static final double DIM = 0.45;

  private HeatMap() {}

  /**
   * @param gray a byte for each pixel, row by row
   * @param heat a number for each pixel, not negative
   * @return the bytes of a PNG
   */
  public static byte[] png(PictureSize size, byte[] gray, double[] heat) throws IOException {
    int scale = Math.max(1, SIDE / Math.max(size.width(), size.height()));
    int width = size.width() * scale;
    BufferedImage sheet =
        new BufferedImage(2 * width + GAP, size.height() * scale, BufferedImage.TYPE_INT_RGB);
    double largest = Arrays.stream(heat).max().orElse(0);
    for (int y = 0; y < sheet.getHeight(); y++) {
      for (int x = 0; x < sheet.getWidth(); x++) {
        sheet.setRGB(x, y, PAPER);
      }
      for (int x = 0; x < width; x++) {
        int pixel = y / scale * size.width() + x / scale;
        int level = gray[pixel] & 255;
        sheet.setRGB(x, y, rgb(level, level, level));
        double part = largest > 0 ? heat[pixel] / largest : 0;
        sheet.setRGB(width + GAP + x, y, overlay(level, part));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(sheet, "png", bytes);
    return bytes.toByteArray();
  }

  /** Hot colours hide what is under them in proportion. */
  private static int overlay(int level, double part) {
    double under = DIM * level * (1 - part);
    return rgb(
        (int) Math.round(under + part * 255 * Math.clamp(3 * part, 0, 1)),
        (int) Math.round(under + part * 255 * Math.clamp(3 * part - 1, 0, 1)),
        (int) Math.round(under + part * 255 * Math.clamp(3 * part - 2, 0, 1)));
  }

  private static int rgb(int red, int green, int blue) {
    return red << 16 | green << 8 | blue;
  }
}
