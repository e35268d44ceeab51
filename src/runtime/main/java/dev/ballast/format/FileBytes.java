package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A model file being opened, whose size is asked for once. Bytes are read, not mapped, while they
 * are checked: should someone shorten the file meanwhile, a read ends early, where a mapping would
 * fault.
 */
final class FileBytes {
  private static final int CHUNK_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer chunk;

  /**
   * @param arena for a buffer
   */
  FileBytes(Path file, FileChannel channel, Arena arena) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
    this.chunk = arena.allocate(Math.clamp(size, 1, CHUNK_BYTES)).asByteBuffer();
  }

  Path file() {
    return file;
  }

  FileChannel channel() {
    return channel;
  }

  long size() {
    return size;
  }

  ModelFormatException failure(long at, String expectation) {
    return new ModelFormatException(file, at, expectation);
  }

  private void fill(ByteBuffer target, long offset) throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int n = channel.read(target, at);
      if (n < 0) {
        throw failure(at, "expected " + size + " bytes, but the file was cut while it was read");
      }
      at += n;
    }
  }

  /** What to do with a range, piece by piece. */
  private interface Visitor {
    void visit(ByteBuffer piece, long offset) throws IOException;
  }

  private void visit(long from, long to, Visitor visitor) throws IOException {
    long at = from;
    while (at < to) {
      chunk.clear().limit((int) Math.min(to - at, chunk.capacity()));
      int n = chunk.limit();
      fill(chunk, at);
      visitor.visit(chunk.flip(), at);
      at += n;
    }
  }

  /** Copies a range; the target's size says how much. */
  void read(long offset, MemorySegment target) throws IOException {
    visit(
        offset,
        offset + target.byteSize(),
        (piece, at) ->
            target.asSlice(at - offset, piece.remaining()).copyFrom(MemorySegment.ofBuffer(piece)));
  }

  /** Demands that a range holds nothing but zeros. */
  void demandZeros(long from, long to) throws IOException {
    visit(
        from,
        to,
        (piece, at) -> {
          while (piece.hasRemaining()) {
            long byteAt = at + piece.position();
            byte b = piece.get();
            if (b != 0) {
              throw failure(byteAt, "expected zeros up to byte " + to + ", found " + (b & 0xFF));
            }
          }
        });
  }

  /** Demands that the bytes of a section are those that were written. */
  void demandChecksum(Section s) throws IOException {
    CRC32C crc = new CRC32C();
    visit(s.offset(), s.end(), (piece, at) -> crc.update(piece));
    demandChecksum(s, crc);
  }

  /** The same, and keeps what was read. */
  void readChecked(Section s, MemorySegment target) throws IOException {
    read(s.offset(), target);
    CRC32C crc = new CRC32C();
    for (long at = 0; at < target.byteSize(); at += CHUNK_BYTES) {
      long n = Math.min(CHUNK_BYTES, target.byteSize() - at);
      crc.update(target.asSlice(at, n).asByteBuffer());
    }
    demandChecksum(s, crc);
  }

  private void demandChecksum(Section s, CRC32C crc) throws ModelFormatException {
    if ((int) crc.getValue() != s.crc32c()) {
      throw failure(
          s.offset(),
          "expected checksum %08x over the %d bytes of section %s, found %08x: it is damaged"
              .formatted(s.crc32c(), s.bytes(), s.kind(), crc.getValue()));
    }
  }
}
