package dev.ballast.data;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How NumPy writes an element: its type and its byte order, as {@code <f4} or {@code >i8}.
 *
 * @param descr in NumPy's words
 */
public record NpyFormat(String descr, Kind kind, ByteOrder order) {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Types of elements, by their code. */
  public enum Kind {
    F2(2),
    F4(4),
    F8(8),
    I1(1),
    I2(2),
    I4(4),
    I8(8),
    U1(1),
    U2(2),
    U4(4),
    B1(1);

    private final int bytes;

    Kind(int bytes) {
      this.bytes = bytes;
    }

    boolean isFloating() {
      return name().startsWith("F");
    }
  }

  /**
   * @param name of the file, for complaints
   * @throws IOException where it is nothing that can be a number here
   */
  public static NpyFormat of(String name, String descr) throws IOException {
    for (Kind k : Kind.values()) {
      if (descr.length() == 3 && descr.substring(1).equalsIgnoreCase(k.name())) {
        switch (descr.charAt(0)) {
          case '<', '|' -> {
            return new NpyFormat(descr, k, ByteOrder.LITTLE_ENDIAN);
          }
          case '>' -> {
            return new NpyFormat(descr, k, ByteOrder.BIG_ENDIAN);
          }
          case '=' -> {
            return new NpyFormat(descr, k, ByteOrder.nativeOrder());
          }
          default -> {
            break;
          }
        }
      }
    }
    throw new IOException(
        name
            + ": elements of type '"
            + descr
            + "' can't be read: only f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1");
  }

  public int bytes() {
    return kind.bytes;
  }

  /** Whether it holds whole numbers alone. */
  public boolean isInteger() {
    return !kind.isFloating();
  }

  /** Element {@code i}. Allocates nothing. */
  double get(MemorySegment memory, long i) {
    return switch (kind) {
      case F2 -> Float.float16ToFloat(shortAt(memory, i));
      case F4 -> Float.intBitsToFloat(intAt(memory, i));
      case F8 -> Double.longBitsToDouble(longAt(memory, i));
      default -> getLong(memory, i);
    };
  }

  /** Element {@code i} of whole numbers, exactly. Allocates nothing. */
  long getLong(MemorySegment memory, long i) {
    return switch (kind) {
      case F2, F4, F8 -> (long) get(memory, i);
      case I1 -> memory.get(ValueLayout.JAVA_BYTE, i);
      case U1, B1 -> memory.get(ValueLayout.JAVA_BYTE, i) & 255;
      case I2 -> shortAt(memory, i);
      case U2 -> shortAt(memory, i) & 0xFFFF;
      case I4 -> intAt(memory, i);
      case U4 -> intAt(memory, i) & 0xFFFFFFFFL;
      case I8 -> longAt(memory, i);
    };
  }

  private short shortAt(MemorySegment memory, long i) {
    short s = memory.get(SHORT, 2 * i);
    return order == ByteOrder.BIG_ENDIAN ? Short.reverseBytes(s) : s;
  }

  private int intAt(MemorySegment memory, long i) {
    int n = memory.get(INT, 4 * i);
    return order == ByteOrder.BIG_ENDIAN ? Integer.reverseBytes(n) : n;
  }

  private long longAt(MemorySegment memory, long i) {
    long n = memory.get(LONG, 8 * i);
    return order == ByteOrder.BIG_ENDIAN ? Long.reverseBytes(n) : n;
  }
}
