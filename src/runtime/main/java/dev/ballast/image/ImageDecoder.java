package dev.ballast.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG, JPEG and GIF files as gray images, by the platform's codecs. Gray is the luma of ITU-R
 * BT.601, 0.299 R + 0.587 G + 0.114 B, of the samples as they are stored: colour profiles are not
 * applied, so that the same file gives the same pixels everywhere, and the same as Pillow's mode L.
 */
public final class ImageDecoder {
  /** A background that shows where an image is transparent. */
  public static final int BLACK = 0;

  /** A background that shows where an image is transparent. */
  public static final int WHITE = 255;

  /** More pixels than any camera's picture here; an image that claims more is not decoded. */
  static final long MAX_PIXELS = 100_000_000;

  static final int MAX_SIDE = 65_535;
  private static final int MAX_BYTES = 1 << 28;

  /**
   * Deflated, a byte is 1,032 at most, and in a PNG of two colours a byte is eight pixels. JPEG's
   * blocks and GIF's codes come to less.
   */
  private static final long MOST_PIXELS_OF_A_BYTE = 8 * 1_032;

  private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif");
  private static final Set<String> SUFFIXES = Set.of("png", "jpg", "jpeg", "gif");

  /** Above this, images are decoded one at a time, whatever the number of threads. */
  private static final long LARGE = 4_000_000;

  private static final Object ONE_LARGE = new Object();

  private ImageDecoder() {}

  /** Whether a file's name says that it is an image of a kind that can be read. */
  public static boolean isImage(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 && SUFFIXES.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /**
   * @param background the gray that shows where the image is transparent
   * @throws BrokenImageException where the file can't be read, is no whole image, or too large
   */
  public static GrayImage read(Path file, int background) throws BrokenImageException {
    return read(file.toString(), file, background);
  }

  /** The same, under another name in complaints: of a file in an archive, say. */
  public static GrayImage read(String name, Path file, int background) throws BrokenImageException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new BrokenImageException(name, "is larger than " + MAX_BYTES + " bytes");
      }
      return decode(name, bytes, background);
    } catch (BrokenImageException e) {
      throw e;
    } catch (IOException e) {
      throw new BrokenImageException(name, "can't be read: " + e, e);
    }
  }

  /**
   * @param name for complaints
   * @throws BrokenImageException where the bytes are no whole image, or too large
   */
  static GrayImage decode(String name, byte[] bytes, int background) throws BrokenImageException {
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      while (readers.hasNext()) {
        ImageReader reader = readers.next();
        try {
          if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
            reader.setInput(in, true, true);
            return decode(name, bytes.length, reader, background);
          }
        } finally {
          reader.dispose();
        }
      }
      throw new BrokenImageException(name, "is no image that can be read: PNG, JPEG or GIF");
    } catch (BrokenImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The codecs meet damage with any kind of exception.
      throw new BrokenImageException(name, "is damaged or of a rare kind: " + cause(e), e);
    }
  }

  private static String cause(Exception e) {
    String message = String.valueOf(e.getMessage()).strip();
    return e.getMessage() == null ? e.getClass().getSimpleName() : message.lines().toList().get(0);
  }

  private static GrayImage decode(String name, int bytes, ImageReader reader, int background)
      throws IOException {
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > MAX_PIXELS || Math.max(reader.getWidth(0), reader.getHeight(0)) > MAX_SIDE) {
      throw new BrokenImageException(
          name,
          String.format(
              Locale.ROOT,
              "has %d × %d pixels; the limits are %,d to a side and %,d in all",
              reader.getWidth(0),
              reader.getHeight(0),
              MAX_SIDE,
              MAX_PIXELS));
    }
    if (pixels / MOST_PIXELS_OF_A_BYTE > bytes) {
      throw new BrokenImageException(
          name,
          String.format(
              Locale.ROOT,
              "says that it has %d × %d pixels, more than its %,d bytes can hold",
              reader.getWidth(0),
              reader.getHeight(0),
              bytes));
    }
    if (pixels <= LARGE) {
      return gray(name, reader, background);
    }
    synchronized (ONE_LARGE) {
      return gray(name, reader, background);
    }
  }

  private static GrayImage gray(String name, ImageReader reader, int background)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    // A file that was cut is filled up with gray, under a warning.
    for (String warning : warnings) {
      String lower = warning.toLowerCase(Locale.ROOT);
      if (lower.contains("premature") || lower.contains("truncated") || lower.contains("end of")) {
        throw new BrokenImageException(name, "is cut short: " + warning.strip());
      }
    }
    int space = image.getColorModel().getColorSpace().getType();
    if (space != ColorSpace.TYPE_GRAY && space != ColorSpace.TYPE_RGB) {
      // Inks become colours in as many ways as there are programs, and grays that differ widely.
      throw new BrokenImageException(
          name, "has colours other than red, green and blue, such as CMYK; convert it to RGB");
    }
    return gray(image, background);
  }

  private static GrayImage gray(BufferedImage image, int background) {
    int width = image.getWidth();
    byte[] pixels = new byte[width * image.getHeight()];
    int[] row = new int[4 * width];
    for (int y = 0; y < image.getHeight(); y++) {
      int bands = samples(image, y, row);
      boolean colour = bands >= 3;
      boolean alpha = bands == 2 || bands == 4;
      for (int x = 0; x < width; x++) {
        int at = x * bands;
        int level = colour ? luma(row[at], row[at + 1], row[at + 2]) : row[at];
        int opaque = alpha ? row[at + bands - 1] : 255;
        pixels[y * width + x] = (byte) over(level, opaque, background);
      }
    }
    return new GrayImage(width, image.getHeight(), pixels);
  }

  /** Reads a row's samples as bytes: gray, gray and alpha, colours, or colours and alpha. */
  private static int samples(BufferedImage image, int y, int[] row) {
    ColorModel model = image.getColorModel();
    int width = image.getWidth();
    if (isPlain(model)) {
      Raster raster = image.getRaster();
      int bands = raster.getNumBands();
      raster.getPixels(0, y, width, 1, row);
      int depth = model.getComponentSize(0);
      for (int i = 0; i < width * bands && depth != 8; i++) {
        row[i] = toByte(row[i], (1 << depth) - 1);
      }
      return bands;
    }
    for (int x = width - 1; x >= 0; x--) {
      int argb = image.getRGB(x, y);
      row[4 * x] = argb >> 16 & 255;
      row[4 * x + 1] = argb >> 8 & 255;
      row[4 * x + 2] = argb & 255;
      row[4 * x + 3] = argb >>> 24;
    }
    return 4;
  }

  /** Whether samples can be taken as they are; elsewhere, as in palettes, the platform converts. */
  private static boolean isPlain(ColorModel model) {
    return model instanceof ComponentColorModel
        && !model.isAlphaPremultiplied()
        && model.getComponentSize(0) <= 16;
  }

  private static int toByte(int sample, int max) {
    return (int) ((sample * 255L * 2 + max) / (2L * max));
  }

  /** In 65536ths, rounded, as Pillow does. */
  private static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  private static int over(int level, int opaque, int background) {
    return (level * opaque + background * (255 - opaque) + 127) / 255;
  }
}
