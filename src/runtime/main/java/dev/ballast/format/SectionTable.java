package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** The first bytes of a model file: what it is, and where its sections are. */
final class SectionTable {
  private static final Set<String> NEEDED = Set.of(Layout.GRAPH, Layout.METADATA, Layout.WEIGHTS);

  private static final Set<String> OF_CHECKPOINTS =
      Set.of(Layout.PROGRESS, Layout.STATES, Layout.BEST);

  /** Sections that are read into memory as they are opened. */
  private static final Set<String> SMALL = Set.of(Layout.GRAPH, Layout.METADATA, Layout.PROGRESS);

  private SectionTable() {}

  /** Whether every model file has it. */
  static boolean isNeeded(String kind) {
    return NEEDED.contains(kind);
  }

  static int bytes(int sections) {
    return Layout.HEADER_BYTES + sections * Layout.ENTRY_BYTES;
  }

  static byte[] encode(List<Section> sections, long fileBytes) {
    ByteBuffer b = ByteBuffer.allocate(bytes(sections.size())).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(Layout.MAGIC).putInt(Layout.VERSION).putInt(sections.size()).putLong(fileBytes);
    b.position(Layout.HEADER_BYTES);
    for (Section s : sections) {
      b.put(s.kind().getBytes(StandardCharsets.US_ASCII)).putInt(s.crc32c());
      b.putLong(s.offset()).putLong(s.bytes());
    }
    b.putInt(Layout.HEADER_CRC_OFFSET, checksum(b));
    return b.array();
  }

  private static int checksum(ByteBuffer table) {
    CRC32C crc = new CRC32C();
    crc.update(table.slice(0, Layout.HEADER_CRC_OFFSET));
    crc.update(table.slice(Layout.HEADER_BYTES, table.capacity() - Layout.HEADER_BYTES));
    return (int) crc.getValue();
  }

  /** All sections in the file's order, each within it and none over another. */
  static List<Section> read(FileBytes file) throws IOException {
    BoundedReader header = new BoundedReader(file.file(), "the file", 0, head(file, 0));
    if (header.i64("the magic number") != Layout.MAGIC) {
      throw file.failure(
          0, "expected a Ballast model, which starts with 42 41 4c 4c 41 53 54 1a (BALLAST)");
    }
    int version = header.i32("the version");
    if (version != Layout.VERSION) {
      String found = "version " + Layout.VERSION + ", found " + Integer.toUnsignedString(version);
      throw file.failure(8, "expected " + found + ": another Ballast wrote it");
    }
    int count = header.index(Layout.MAX_SECTIONS + 1, "a number of sections");
    long fileBytes = header.i64("the file's length");
    int reserved = header.i32("zeros");
    int crc = header.i32("the header's checksum");
    MemorySegment all = head(file, count);
    if (all.byteSize() < bytes(count)) {
      String found = bytes(count) + " bytes, but the file has " + file.size();
      throw file.failure(file.size(), "expected a section table up to " + found);
    }
    demandChecksum(file, crc, checksum(all.asByteBuffer()));
    if (reserved != 0) {
      throw file.failure(24, "expected zeros, found " + Integer.toUnsignedString(reserved));
    }
    if (fileBytes != file.size()) {
      String said = Long.toUnsignedString(fileBytes);
      throw file.failure(16, "expected a file of " + said + " bytes, found " + file.size());
    }
    return entries(file, count, all.asSlice(Layout.HEADER_BYTES));
  }

  private static void demandChecksum(FileBytes file, int expected, int found)
      throws ModelFormatException {
    if (found != expected) {
      throw file.failure(
          Layout.HEADER_CRC_OFFSET,
          "expected checksum %08x over header and section table, found %08x: they are damaged"
              .formatted(expected, found));
    }
  }

  /** Header and entries, or as much of them as the file has. */
  private static MemorySegment head(FileBytes file, int count) throws IOException {
    MemorySegment m = MemorySegment.ofArray(new byte[(int) Math.min(bytes(count), file.size())]);
    file.read(0, m);
    return m;
  }

  private static List<Section> entries(FileBytes file, int count, MemorySegment bytes)
      throws ModelFormatException {
    String part = "the section table";
    BoundedReader in = new BoundedReader(file.file(), part, Layout.HEADER_BYTES, bytes);
    List<Section> sections = new ArrayList<>();
    Set<String> missing = new TreeSet<>(NEEDED);
    Set<String> once = new HashSet<>(NEEDED);
    once.addAll(OF_CHECKPOINTS);
    Set<String> seen = new HashSet<>();
    long end = bytes(count);
    for (int i = 0; i < count; i++) {
      long at = in.position();
      Section s = entry(file, in, end);
      if (!seen.add(s.kind()) && once.contains(s.kind())) {
        throw file.failure(at, "expected one section " + s.kind() + ", found two");
      }
      missing.remove(s.kind());
      sections.add(s);
      end = s.end();
    }
    if (!missing.isEmpty()) {
      throw file.failure(Layout.HEADER_BYTES, "expected sections " + missing + ", found none");
    }
    if (end != file.size()) {
      String found = end + ", where its last section ends, found " + file.size();
      throw file.failure(end, "expected the file to end at byte " + found);
    }
    return sections;
  }

  private static Section entry(FileBytes file, BoundedReader in, long previousEnd)
      throws ModelFormatException {
    long at = in.position();
    String kind = new String(in.bytes(4, "a section's kind"), StandardCharsets.ISO_8859_1);
    if (!kind.chars().allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')) {
      throw file.failure(at, "expected a section's kind, four capital letters or digits");
    }
    int crc = in.i32("a section's checksum");
    long offset = in.i64("a section's offset");
    long bytes = in.i64("a section's length");
    long expected = Layout.align(previousEnd, Layout.alignment(kind));
    if (offset != expected) {
      String found = expected + ", found " + Long.toUnsignedString(offset);
      throw file.failure(at + 8, "expected section " + kind + " at byte " + found);
    }
    long rest = Math.max(0, file.size() - offset);
    long most = SMALL.contains(kind) ? Math.min(rest, Layout.MAX_READ_BYTES) : rest;
    if (bytes < 0 || bytes > most) {
      String found = most + " bytes, found " + Long.toUnsignedString(bytes);
      throw file.failure(at + 16, "expected section " + kind + " of at most " + found);
    }
    return new Section(kind, offset, bytes, crc);
  }
}
