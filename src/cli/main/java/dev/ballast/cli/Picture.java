package dev.ballast.cli;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.tensor.Shape;
import dev.ballast.train.IdxFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Grey pixels, a byte each, 0 dark to 255 light. */
record Picture(String name, byte[] pixels) {

  /**
   * The pictures of a file: the only one of a PNG, those with the given indices of an IDX file.
   *
   * @throws IOException where the file can't be read or has no such picture
   */
  static List<Picture> read(Path file, List<Integer> indices, Shape example, boolean invert)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    String name = file.getFileName().toString();
    boolean idx = name.endsWith("-ubyte") || name.contains(".idx") || name.endsWith(".gz");
    return idx ? fromIdx(file, indices, example) : List.of(fromImage(file, example, invert));
  }

  private static List<Picture> fromIdx(Path file, List<Integer> indices, Shape example)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      IdxFile idx = IdxFile.read(file, arena);
      int pixels = Math.toIntExact(example.elements());
      int count = idx.shape().dim(0);
      if (idx.shape().elements() != (long) count * pixels) {
        throw new IOException(
            file + ": holds " + idx.shape() + ", the model takes examples " + example);
      }
      List<Picture> pictures = new ArrayList<>();
      for (int i : indices) {
        if (i < 0 || i >= count) {
          throw new IOException(file + ": there is no image " + i + ", only 0 to " + (count - 1));
        }
        byte[] bytes = idx.bytes().asSlice((long) i * pixels, pixels).toArray(JAVA_BYTE);
        pictures.add(new Picture(file + "#" + i, bytes));
      }
      return pictures;
    }
  }

  private static Picture fromImage(Path file, Shape example, boolean invert) throws IOException {
    int rank = example.rank();
    int height = rank >= 2 ? example.dim(-2) : (int) Math.round(Math.sqrt(example.elements()));
    int width = Math.toIntExact(example.elements() / height);
    if ((long) width * height != example.elements()
        || rank > 3
        || rank == 3 && example.dim(0) > 1) {
      throw new IOException(file + ": the model takes " + example + ", which is no grey picture");
    }
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new IOException(file + ": is no image that can be read; PNG is best");
    }
    byte[] pixels = new byte[width * height];
    BufferedImage grey = scaled(image, width, height, invert);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int level = grey.getRaster().getSample(x, y, 0);
        pixels[y * width + x] = (byte) (invert ? 255 - level : level);
      }
    }
    return new Picture(file.toString(), pixels);
  }

  /**
   * Where the image is transparent, its background shows: the one that the strokes stand out from.
   */
  private static BufferedImage scaled(BufferedImage image, int width, int height, boolean invert) {
    BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = grey.createGraphics();
    g.setColor(invert ? java.awt.Color.WHITE : java.awt.Color.BLACK);
    g.fillRect(0, 0, width, height);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.drawImage(image, 0, 0, width, height, null);
    g.dispose();
    return grey;
  }
}
