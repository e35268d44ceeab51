package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads one part of a model file from front to back and never beyond it. Whatever is not as it
 * should be becomes a {@link ModelFormatException}; nothing is allocated by a length that the
 * remaining bytes do not bear out.
 */
final class BoundedReader {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final String part;
  private final long start;
  private final MemorySegment bytes;
  private long next;

  /**
   * @param part what is read, for messages
   * @param start where the part starts in the file
   */
  BoundedReader(Path file, String part, long start, MemorySegment bytes) {
    this.file = file;
    this.part = part;
    this.start = start;
    this.bytes = bytes;
  }

  /** The next byte, from the start of the file. */
  long position() {
    return start + next;
  }

  long start() {
    return start;
  }

  private long remaining() {
    return bytes.byteSize() - next;
  }

  ModelFormatException failure(long at, String expectation) {
    return new ModelFormatException(file, at, expectation);
  }

  private long take(long count, String what) throws ModelFormatException {
    if (count > remaining()) {
      String found = count + " bytes, but " + part + " ends after " + remaining();
      throw failure(position(), "expected " + what + " of " + found);
    }
    long at = next;
    next += count;
    return at;
  }

  int u8(String what) throws ModelFormatException {
    return bytes.get(ValueLayout.JAVA_BYTE, take(1, what)) & 0xFF;
  }

  int i32(String what) throws ModelFormatException {
    return bytes.get(INT, take(4, what));
  }

  long i64(String what) throws ModelFormatException {
    return bytes.get(LONG, take(8, what));
  }

  private long u32(String what) throws ModelFormatException {
    return i32(what) & 0xFFFF_FFFFL;
  }

  /** A number of things that follow and take at least so many bytes each. */
  int count(long bytesEach, String what) throws ModelFormatException {
    long at = position();
    long count = u32("the number of " + what);
    long most = Math.min(remaining() / bytesEach, Integer.MAX_VALUE);
    if (count > most) {
      String found = ", found " + count + " with " + remaining() + " bytes left of " + part;
      throw failure(at, "expected at most " + most + " " + what + found);
    }
    return (int) count;
  }

  /** An index below a bound. */
  int index(int bound, String what) throws ModelFormatException {
    long at = position();
    long index = u32(what);
    if (index >= bound) {
      throw failure(at, "expected " + what + " below " + bound + ", found " + index);
    }
    return (int) index;
  }

  boolean bool(String what) throws ModelFormatException {
    long at = position();
    int b = u8(what);
    if (b > 1) {
      throw failure(at, "expected " + what + ", 0 or 1, found " + b);
    }
    return b == 1;
  }

  double f64(String what) throws ModelFormatException {
    long at = position();
    long bits = i64(what);
    double d = Double.longBitsToDouble(bits);
    if (Double.isNaN(d) && bits != Layout.NAN) {
      throw failure(at, "expected " + what + ", a NaN as 7ff8000000000000, found another NaN");
    }
    return d;
  }

  byte[] bytes(long count, String what) throws ModelFormatException {
    if (count > Layout.MAX_READ_BYTES) {
      String most = "at most " + Layout.MAX_READ_BYTES + " bytes";
      throw failure(position(), "expected " + what + " of " + most + ", found " + count);
    }
    long at = take(count, what);
    return bytes.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE);
  }

  String string(String what) throws ModelFormatException {
    int length = count(1, "bytes of " + what);
    long at = position();
    byte[] utf8 = bytes(length, what);
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      return decoder.decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw failure(at, "expected " + what + " in UTF-8, found other bytes");
    }
  }

  /** Passes over what is used where it lies. */
  void skip(long count, String what) throws ModelFormatException {
    take(count, what);
  }

  /** Passes over zeros up to a multiple of so many bytes from the start of the part. */
  void skipZeros(int alignment) throws ModelFormatException {
    long count = Layout.align(next, alignment) - next;
    for (long at = take(count, "zeros"); at < next; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw failure(start + at, "expected zeros, found " + bytes.get(ValueLayout.JAVA_BYTE, at));
      }
    }
  }

  /** Demands that everything has been read. */
  void end() throws ModelFormatException {
    if (remaining() > 0) {
      throw failure(
          position(), "expected the end of " + part + ", found " + remaining() + " bytes more");
    }
  }
}
