package dev.ballast.data;

import dev.ballast.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * An array in NumPy's format, mapped where it lies in a file of its own:
 *
 * <pre>
 * | 93 'NUMPY' | version 1 to 3, 0 | bytes of header, u16 or u32 | header | elements |
 * </pre>
 *
 * <p>The header is a dictionary in Python's syntax: {@code {'descr': '<f4', 'fortran_order': False,
 * 'shape': (60000, 784), }}.
 *
 * @param name of the file and, in an archive, of the array
 * @param elements row-major, exactly those of the shape
 */
public record NpyFile(String name, NpyFormat format, Shape shape, MemorySegment elements) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final String SUFFIX = ".npy";
  private static final int MOST_HEADER = 1 << 16;

  /** What a byte of deflated data can become. */
  private static final int MOST_DEFLATED = 1_032;

  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
  private static final Pattern FORTRAN =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([\\d,\\s]*)\\)");

  /**
   * Maps a {@code .npy} file, so it may be larger than memory.
   *
   * @throws IOException where the file can't be read or is not what it should be; names it
   */
  public static NpyFile map(Path file, Arena arena) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return of(file.toString(), all);
    }
  }

  /**
   * The names of the arrays in an {@code .npz} archive.
   *
   * @throws IOException where the archive can't be read
   */
  public static List<String> names(Path archive) throws IOException {
    try (ZipFile zip = open(archive)) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(n -> n.endsWith(SUFFIX))
          .map(n -> n.substring(0, n.length() - SUFFIX.length()))
          .toList();
    }
  }

  private static ZipFile open(Path archive) throws IOException {
    if (!Files.isRegularFile(archive)) {
      throw new IOException(archive + ": there is no such file");
    }
    try {
      return new ZipFile(archive.toFile());
    } catch (EOFException | ZipException e) {
      throw new IOException(archive + ": is no archive of arrays: " + e, e);
    }
  }

  /**
   * Reads an array of an {@code .npz} archive into memory.
   *
   * @throws IOException where the archive can't be read, or has no such array
   */
  public static NpyFile read(Path archive, String array, Arena arena) throws IOException {
    try (ZipFile zip = open(archive)) {
      ZipEntry entry =
          Optional.ofNullable(zip.getEntry(array + SUFFIX))
              .orElseThrow(
                  () ->
                      new IOException(
                          "%s: has no array '%s', only %s"
                              .formatted(
                                  archive, array, zip.stream().map(ZipEntry::getName).toList())));
      long bytes = entry.getSize();
      long packed = Math.min(entry.getCompressedSize(), Files.size(archive));
      if (bytes < 0 || bytes / MOST_DEFLATED > packed) {
        throw new IOException(
            "%s/%s: says that it has %,d bytes, in %,d compressed ones"
                .formatted(archive, entry.getName(), bytes, packed));
      }
      MemorySegment all = arena.allocate(Math.max(1, bytes));
      try (InputStream in = zip.getInputStream(entry)) {
        fill(archive + "/" + entry.getName(), in, all);
      } catch (EOFException | ZipException e) {
        throw new IOException(archive + "/" + entry.getName() + ": is damaged: " + e, e);
      }
      return of(archive + "/" + entry.getName(), all);
    }
  }

  private static void fill(String name, InputStream in, MemorySegment to) throws IOException {
    byte[] chunk = new byte[1 << 16];
    long at = 0;
    while (at < to.byteSize()) {
      int n = in.readNBytes(chunk, 0, (int) Math.min(chunk.length, to.byteSize() - at));
      if (n == 0) {
        throw new IOException(name + ": the data end too early");
      }
      MemorySegment.copy(MemorySegment.ofArray(chunk), 0, to, at, n);
      at += n;
    }
  }

  private static NpyFile of(String name, MemorySegment all) throws IOException {
    int start = 10;
    if (all.byteSize() < start
        || all.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
      throw new IOException(name + ": is no array of NumPy's: it does not start with \\x93NUMPY");
    }
    int version = unsigned(all, 6, 1);
    if (version < 1 || version > 3) {
      throw new IOException(name + ": has the unknown version " + version);
    }
    int width = version == 1 ? 2 : 4;
    int length = all.byteSize() < 8 + width ? -1 : unsigned(all, 8, width);
    if (length < 0 || length > MOST_HEADER || 8 + width + length > all.byteSize()) {
      throw new IOException(name + ": the header is cut, or too long");
    }
    byte[] text = all.asSlice(8 + width, length).toArray(ValueLayout.JAVA_BYTE);
    return of(name, new String(text, StandardCharsets.UTF_8), all.asSlice(8 + width + length));
  }

  private static int unsigned(MemorySegment bytes, long at, int width) {
    int value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | bytes.get(ValueLayout.JAVA_BYTE, at + i) & 255;
    }
    return value;
  }

  private static NpyFile of(String name, String header, MemorySegment data) throws IOException {
    NpyFormat format = NpyFormat.of(name, find(name, header, DESCR, "descr"));
    Shape shape = shape(name, find(name, header, SHAPE, "shape"));
    if (find(name, header, FORTRAN, "fortran_order").equals("True") && shape.rank() > 1) {
      throw new IOException(
          name + ": is in Fortran's order, columns first; save numpy.ascontiguousarray(x) instead");
    }
    long bytes = shape.elements() * format.bytes();
    if (bytes != data.byteSize()) {
      throw new IOException(
          "%s: %s of %s take %d bytes, %d are there"
              .formatted(name, shape, format.descr(), bytes, data.byteSize()));
    }
    return new NpyFile(name, format, shape, data);
  }

  private static String find(String name, String header, Pattern pattern, String key)
      throws IOException {
    Matcher m = pattern.matcher(header);
    if (!m.find()) {
      throw new IOException(name + ": the header tells no " + key + ": " + header.strip());
    }
    return m.group(1);
  }

  private static Shape shape(String name, String text) throws IOException {
    try {
      String tidy = text.strip().replaceFirst(",$", "");
      int[] dims =
          tidy.isEmpty()
              ? new int[0]
              : Pattern.compile(",")
                  .splitAsStream(tidy)
                  .mapToInt(d -> Integer.parseInt(d.strip()))
                  .toArray();
      long elements = 1;
      for (int d : dims) {
        elements = Math.multiplyExact(elements, d);
        if (d < 1) {
          throw new IOException(name + ": has no elements: its shape is (" + text + ")");
        }
      }
      Math.multiplyExact(elements, (long) Long.BYTES);
      return Shape.of(dims);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IOException(name + ": the shape (" + text + ") is too large", e);
    }
  }

  /** How many numbers there are along the first axis. */
  public int rows() {
    return shape.rank() == 0 ? 1 : shape.dim(0);
  }

  /** The shape along the other axes. */
  public Shape row() {
    return shape.rank() == 0 ? Shape.SCALAR : shape.slice(1, shape.rank());
  }

  /** Element {@code i} in row-major order. */
  public double get(long i) {
    return format.get(elements, i);
  }
}
