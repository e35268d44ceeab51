package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes sections one after the other and the table over them at last. A checksum is taken of the
 * very bytes that go out, so weights that change meanwhile can't make a file that fails its check.
 */
final class ModelWriter {
  private static final int CHUNK_BYTES = 1 << 18;

  private final FileChannel channel;
  private final ByteBuffer chunk;
  private final CRC32C crc = new CRC32C();
  private final List<Section> sections = new ArrayList<>();
  private long position;

  /**
   * @param arena for a buffer
   */
  ModelWriter(FileChannel channel, Arena arena) {
    this.channel = channel;
    this.chunk = arena.allocate(CHUNK_BYTES).asByteBuffer();
  }

  /** Leaves room for the table of so many sections. */
  void begin(int sectionCount) throws IOException {
    zeros(SectionTable.bytes(sectionCount));
  }

  void bytes(String kind, byte[] content) throws IOException {
    long start = start(kind);
    put(MemorySegment.ofArray(content));
    end(kind, start);
  }

  /** The parameters of the graph, whose places in memory are those in the file. */
  void weights(String kind, Graph graph, MemorySegment weights) throws IOException {
    long start = start(kind);
    long from = 0;
    for (Value.Parameter p : graph.parameters()) {
      put(weights.asSlice(from, p.type().bytes()));
      from = Layout.align(from + p.type().bytes(), Layout.ALIGNMENT);
      zeros(start + from);
    }
    end(kind, start);
  }

  /** A table, and the tensors that it names, each at the next multiple of 64 bytes. */
  void tensors(String kind, byte[] table, List<MemorySegment> elements) throws IOException {
    long start = start(kind);
    put(MemorySegment.ofArray(table));
    zeros(Layout.align(position, Layout.ALIGNMENT));
    for (MemorySegment e : elements) {
      put(e);
      zeros(Layout.align(position, Layout.ALIGNMENT));
    }
    end(kind, start);
  }

  /** Writes the table. */
  void finish() throws IOException {
    ByteBuffer table = ByteBuffer.wrap(SectionTable.encode(sections, position));
    channel.position(0);
    while (table.hasRemaining()) {
      channel.write(table);
    }
  }

  private long start(String kind) throws IOException {
    zeros(Layout.align(position, Layout.alignment(kind)));
    flush();
    crc.reset();
    return position;
  }

  private void end(String kind, long start) throws IOException {
    flush();
    sections.add(new Section(kind, start, position - start, (int) crc.getValue()));
  }

  private void put(MemorySegment source) throws IOException {
    long done = 0;
    while (done < source.byteSize()) {
      long n = Math.min(source.byteSize() - done, room());
      MemorySegment.ofBuffer(chunk).asSlice(0, n).copyFrom(source.asSlice(done, n));
      advance(n);
      done += n;
    }
  }

  private void zeros(long to) throws IOException {
    while (position < to) {
      long n = Math.min(to - position, room());
      MemorySegment.ofBuffer(chunk).asSlice(0, n).fill((byte) 0);
      advance(n);
    }
  }

  private int room() throws IOException {
    if (!chunk.hasRemaining()) {
      flush();
    }
    return chunk.remaining();
  }

  private void advance(long n) {
    chunk.position(chunk.position() + (int) n);
    position += n;
  }

  private void flush() throws IOException {
    chunk.flip();
    crc.update(chunk.duplicate());
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
    chunk.clear();
  }
}
