package dev.ballast.plan;

/** Where a value lies: in a buffer, from a byte on. */
public record Place(Buffer buffer, long byteOffset) {
  /** Bytes from the start of the region. */
  public long offset() {
    return buffer.offset() + byteOffset;
  }
}
