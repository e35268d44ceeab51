package dev.ballast.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** An immutable tensor on the heap: the content of a constant. Equal where type and bits are. */
public final class Literal {
  private final TensorType type;
  private final byte[] littleEndian;

  private Literal(TensorType type, byte[] littleEndian) {
    this.type = type;
    this.littleEndian = littleEndian;
  }

  /** A scalar of the given type, rounded to it. */
  public static Literal scalar(DType dtype, double value) {
    return of(new TensorType(dtype, Shape.SCALAR), value);
  }

  /**
   * A tensor from its elements in row-major order, rounded to the type.
   *
   * @throws ShapeException where their number is not that of the type
   */
  public static Literal of(TensorType type, double... elements) {
    if (elements.length != type.elements()) {
      throw new ShapeException(
          "literal " + type + " takes " + type.elements() + " elements, not " + elements.length);
    }
    ByteBuffer b = buffer(Math.toIntExact(type.bytes()));
    for (double e : elements) {
      switch (type.dtype()) {
        case F32 -> b.putFloat((float) e);
        case F64 -> b.putDouble(e);
        case I32 -> b.putInt((int) e);
        case I64 -> b.putLong((long) e);
      }
    }
    return new Literal(type, b.array());
  }

  /**
   * A tensor from its little-endian bytes.
   *
   * @throws ShapeException where their number is not that of the type
   */
  public static Literal ofBytes(TensorType type, byte[] littleEndian) {
    if (littleEndian.length != type.bytes()) {
      throw new ShapeException(
          "literal " + type + " takes " + type.bytes() + " bytes, not " + littleEndian.length);
    }
    return new Literal(type, littleEndian.clone());
  }

  public TensorType type() {
    return type;
  }

  public byte[] toBytes() {
    return littleEndian.clone();
  }

  /** Element {@code i} in row-major order. */
  public double get(int i) {
    ByteBuffer b = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type.dtype()) {
      case F32 -> b.getFloat(4 * i);
      case F64 -> b.getDouble(8 * i);
      case I32 -> b.getInt(4 * i);
      case I64 -> b.getLong(8 * i);
    };
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Literal l
        && type.equals(l.type)
        && Arrays.equals(littleEndian, l.littleEndian);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(littleEndian);
  }

  @Override
  public String toString() {
    long n = type.elements();
    StringBuilder s = new StringBuilder(type.toString()).append(" = ");
    for (int i = 0; i < Math.min(n, 4); i++) {
      s.append(i == 0 ? "" : ", ").append(get(i));
    }
    return s.append(n > 4 ? ", …" : "").toString();
  }
}
