package dev.ballast.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Sets lengths and checksums of a model file right, as FORMAT.md has them, whatever else is in it:
 * a fuzzer does not guess a checksum, and would never see what lies behind it.
 */
final class Checksums {
  private static final int HEADER = 32;
  private static final int ENTRY = 24;

  private Checksums() {}

  static byte[] corrected(byte[] input) {
    if (input.length < HEADER) {
      return input;
    }
    byte[] file = input.clone();
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int count = b.getInt(12);
    if (count < 0 || count > (file.length - HEADER) / ENTRY) {
      return file;
    }
    b.putLong(16, file.length);
    for (int at = HEADER; at < HEADER + count * ENTRY; at += ENTRY) {
      long offset = b.getLong(at + 8);
      long bytes = b.getLong(at + 16);
      if (offset >= 0 && bytes >= 0 && offset <= file.length && bytes <= file.length - offset) {
        b.putInt(at + 4, checksum(file, (int) offset, (int) bytes));
      }
    }
    CRC32C header = new CRC32C();
    header.update(file, 0, 28);
    header.update(file, HEADER, count * ENTRY);
    b.putInt(28, (int) header.getValue());
    return file;
  }

  private static int checksum(byte[] file, int offset, int bytes) {
    CRC32C crc = new CRC32C();
    crc.update(file, offset, bytes);
    return (int) crc.getValue();
  }
}
