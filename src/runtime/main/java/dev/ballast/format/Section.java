package dev.ballast.format;

/**
 * One entry of a model file's section table.
 *
 * @param kind four characters, {@code GRPH}, {@code META}, {@code WGHT} or a kind of another writer
 * @param offset its first byte, from the start of the file
 * @param bytes its length
 * @param crc32c the checksum of its bytes
 */
public record Section(String kind, long offset, long bytes, int crc32c) {
  /** The first byte after it. */
  public long end() {
    return offset + bytes;
  }
}
