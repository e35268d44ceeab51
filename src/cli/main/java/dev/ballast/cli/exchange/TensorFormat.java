package dev.ballast.cli.exchange;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The element types of safetensors that can become a weight, and those that need only be known. */
public enum TensorFormat {
  F64(8, true),
  F32(4, true),
  F16(2, true),
  BF16(2, true),
  I64(8, false),
  I32(4, false),
  I16(2, false),
  I8(1, false),
  U64(8, false),
  U32(4, false),
  U16(2, false),
  U8(1, false),
  BOOL(1, false);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;
  private final boolean floating;

  TensorFormat(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return floating;
  }

  double get(MemorySegment memory, long i) {
    return switch (this) {
      case F64 -> memory.get(DOUBLE, 8 * i);
      case F32 -> memory.get(FLOAT, 4 * i);
      case F16 -> Float.float16ToFloat(memory.get(SHORT, 2 * i));
      case BF16 -> Float.intBitsToFloat(memory.get(SHORT, 2 * i) << 16);
      default -> throw new IllegalArgumentException(this + " is no format of weights");
    };
  }
}
