package dev.ballast.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Model files put together by other code than the writer's: with whatever sections, and with right
 * checksums over wrong content, so that what lies behind the checksums is tested too.
 */
final class Forgery {
  private Forgery() {}

  record Part(String kind, byte[] content) {
    /** The same with bytes overwritten. */
    Part patched(int at, byte... bytes) {
      byte[] c = content.clone();
      System.arraycopy(bytes, 0, c, at, bytes.length);
      return new Part(kind, c);
    }
  }

  static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] u32(long v) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) v).array();
  }

  static byte[] u64(long v) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array();
  }

  static byte[] assemble(List<Part> parts) {
    long end = 32 + 24L * parts.size();
    long[] offsets = new long[parts.size()];
    for (int i = 0; i < parts.size(); i++) {
      int alignment = parts.get(i).kind.equals("WGHT") ? 4096 : 64;
      offsets[i] = (end + alignment - 1) / alignment * alignment;
      end = offsets[i] + parts.get(i).content.length;
    }
    ByteBuffer b = littleEndian(new byte[(int) end]);
    b.put("BALLAST\032".getBytes(StandardCharsets.US_ASCII));
    b.putInt(1).putInt(parts.size()).putLong(end).position(32);
    for (int i = 0; i < parts.size(); i++) {
      Part p = parts.get(i);
      b.put(p.kind.getBytes(StandardCharsets.US_ASCII)).putInt(crc(p.content));
      b.putLong(offsets[i]).putLong(p.content.length);
      b.put((int) offsets[i], p.content);
    }
    return withHeaderChecksum(b.array());
  }

  static List<Part> parts(byte[] file) {
    ByteBuffer b = littleEndian(file);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < b.getInt(12); i++) {
      int entry = 32 + 24 * i;
      int offset = (int) b.getLong(entry + 8);
      byte[] content = Arrays.copyOfRange(file, offset, offset + (int) b.getLong(entry + 16));
      parts.add(new Part(new String(file, entry, 4, StandardCharsets.US_ASCII), content));
    }
    return parts;
  }

  /** The file with one section replaced. */
  static byte[] with(byte[] file, Part part) {
    return assemble(parts(file).stream().map(p -> p.kind.equals(part.kind) ? part : p).toList());
  }

  static Part part(byte[] file, String kind) {
    return parts(file).stream().filter(p -> p.kind.equals(kind)).findFirst().orElseThrow();
  }

  /** The file with bytes of its header overwritten, and their checksum made right. */
  static byte[] withHeader(byte[] file, int at, byte... bytes) {
    byte[] f = file.clone();
    System.arraycopy(bytes, 0, f, at, bytes.length);
    return withHeaderChecksum(f);
  }

  private static byte[] withHeaderChecksum(byte[] file) {
    int sections = Math.clamp(littleEndian(file).getInt(12), 0, (file.length - 32) / 24);
    CRC32C crc = new CRC32C();
    crc.update(file, 0, 28);
    crc.update(file, 32, 24 * sections);
    littleEndian(file).putInt(28, (int) crc.getValue());
    return file;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
