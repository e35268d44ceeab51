package dev.ballast.data;

import dev.ballast.tensor.Shape;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of unsigned bytes in the IDX format of the MNIST database, off the heap:
 *
 * <pre>
 * | 0 0 | type 8 | rank | rank × dimension, u32 big-endian | bytes, row-major |
 * </pre>
 *
 * <p>Files that end in {@code .gz} are unpacked into memory. Others are mapped, so they may be
 * larger than it, and must stay as they are while they are used.
 */
public record IdxFile(Shape shape, MemorySegment bytes) {
  private static final int UNSIGNED_BYTE = 8;
  private static final int MAX_RANK = 8;
  private static final long MOST_UNPACKED = Integer.MAX_VALUE;
  private static final long MOST_MAPPED = 1L << 46;

  /** What a byte of deflated data can become: RFC 1951 codes 258 bytes in two bits. */
  private static final int MOST_DEFLATED = 1_032;

  /**
   * @throws IOException where the file can't be read or is not what it says; names file and byte
   */
  public static IdxFile read(Path file, Arena arena) throws IOException {
    try (InputStream in = open(file)) {
      Shape shape = head(file, in);
      long start = 4 + 4L * shape.rank();
      if (!isPacked(file)) {
        return new IdxFile(shape, map(file, start, shape.elements(), arena));
      }
      demandRoom(file, shape);
      MemorySegment bytes = arena.allocate(shape.elements());
      fill(file, in, start, bytes);
      return new IdxFile(shape, bytes);
    } catch (EOFException e) {
      throw new IOException(file + ": the compressed data ends too early", e);
    } catch (ZipException e) {
      throw new IOException(file + ": the compressed data is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the head alone.
   *
   * @throws IOException where the file can't be read or is not what it says; names file and byte
   */
  public static Shape shape(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return head(file, in);
    } catch (EOFException e) {
      throw new IOException(file + ": the compressed data ends too early", e);
    } catch (ZipException e) {
      throw new IOException(file + ": the compressed data is damaged: " + e.getMessage(), e);
    }
  }

  /** A head that claims more than its file can hold must not take that much memory. */
  private static void demandRoom(Path file, Shape shape) throws IOException {
    if (shape.elements() / MOST_DEFLATED > Files.size(file)) {
      throw wrong(
          file,
          4,
          "%s says %,d bytes, more than %,d compressed ones can hold"
              .formatted(shape, shape.elements(), Files.size(file)));
    }
  }

  private static Shape head(Path file, InputStream in) throws IOException {
    byte[] magic = in.readNBytes(4);
    boolean known =
        magic.length == 4 && magic[0] == 0 && magic[1] == 0 && magic[2] == UNSIGNED_BYTE;
    if (!known) {
      throw wrong(file, 0, "an IDX file of unsigned bytes starts with 0 0 8");
    }
    int rank = magic[3];
    if (rank < 1 || rank > MAX_RANK) {
      throw wrong(file, 3, "the rank must be 1 to " + MAX_RANK + ", not " + rank);
    }
    return shape(file, in, rank);
  }

  private static boolean isPacked(Path file) {
    return file.toString().endsWith(".gz");
  }

  private static MemorySegment map(Path file, long start, long count, Arena arena)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < start + count) {
        throw early(file, size, count);
      }
      if (size > start + count) {
        throw late(file, start + count);
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, start, count, arena);
    }
  }

  private static InputStream open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    if (!isPacked(file)) {
      return in;
    }
    try {
      return new GZIPInputStream(in, 1 << 16);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static Shape shape(Path file, InputStream in, int rank) throws IOException {
    int[] dims = new int[rank];
    long elements = 1;
    long most = isPacked(file) ? MOST_UNPACKED : MOST_MAPPED;
    for (int i = 0; i < rank; i++) {
      byte[] b = in.readNBytes(4);
      if (b.length < 4) {
        throw wrong(file, 4 + 4L * i, "dimension " + i + " is missing");
      }
      dims[i] = (b[0] & 255) << 24 | (b[1] & 255) << 16 | (b[2] & 255) << 8 | b[3] & 255;
      boolean fits = dims[i] >= 1 && dims[i] <= most / elements;
      elements *= fits ? dims[i] : 0;
      if (!fits) {
        throw wrong(file, 4 + 4L * i, "dimension " + i + " is out of range: " + dims[i]);
      }
    }
    return Shape.of(dims);
  }

  private static void fill(Path file, InputStream in, long start, MemorySegment to)
      throws IOException {
    byte[] chunk = new byte[1 << 16];
    long at = 0;
    while (at < to.byteSize()) {
      int n = in.readNBytes(chunk, 0, (int) Math.min(chunk.length, to.byteSize() - at));
      if (n == 0) {
        throw early(file, start + at, to.byteSize());
      }
      MemorySegment.copy(MemorySegment.ofArray(chunk), 0, to, at, n);
      at += n;
    }
    if (in.read() >= 0) {
      throw late(file, start + at);
    }
  }

  private static IOException early(Path file, long offset, long expected) {
    return wrong(file, offset, "the data ends too early: " + expected + " bytes expected");
  }

  private static IOException late(Path file, long offset) {
    return wrong(file, offset, "the file goes on after its last byte");
  }

  private static IOException wrong(Path file, long offset, String expectation) {
    return new IOException(file + ": at byte " + offset + ": " + expectation);
  }
}
