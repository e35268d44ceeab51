package dev.ballast.cli;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.data.IdxFile;
import dev.ballast.image.GrayImage;
import dev.ballast.image.ImageDecoder;
import dev.ballast.image.PictureSize;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Gray pixels as a model takes them, a byte each, 0 dark to 255 light. */
record Picture(String name, byte[] pixels) {

  /**
   * The pictures of a file: the only one of a PNG, JPEG or GIF, those with the given indices of an
   * IDX file.
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

  /**
   * By the same code that reads images to train with. Where the image is transparent, the
   * background shows that strokes stand out from.
   */
  private static Picture fromImage(Path file, Shape example, boolean invert) throws IOException {
    PictureSize size = PictureSize.of(example);
    int background = invert ? ImageDecoder.WHITE : ImageDecoder.BLACK;
    GrayImage image = ImageDecoder.read(file, background).resized(size.width(), size.height());
    return new Picture(file.toString(), (invert ? image.inverted() : image).pixels());
  }
}
