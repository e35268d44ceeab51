package dev.ballast.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Collects the bytes of a section, little-endian. */
final class ByteSink {
  private final String part;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ByteSink(String part) {
    this.part = part;
  }

  ByteSink u8(int v) {
    return raw(new byte[] {(byte) v});
  }

  ByteSink u32(int v) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(v).array());
  }

  ByteSink u64(long v) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array());
  }

  /** One bit pattern stands for every NaN. */
  ByteSink f64(double v) {
    return u64(Double.isNaN(v) ? Layout.NAN : Double.doubleToRawLongBits(v));
  }

  /**
   * @throws IllegalArgumentException where the text holds half a surrogate pair, which UTF-8 can't
   *     say
   */
  ByteSink string(String s) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(s));
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      return u32(bytes.length).raw(bytes);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(part + ": not a Unicode text: \"" + s + "\"", e);
    }
  }

  /**
   * @throws IllegalArgumentException where the section becomes longer than readers accept
   */
  ByteSink raw(byte[] bytes) {
    if ((long) out.size() + bytes.length > Layout.MAX_READ_BYTES) {
      throw new IllegalArgumentException(
          part + " is longer than the " + Layout.MAX_READ_BYTES + " bytes a model file can hold");
    }
    out.writeBytes(bytes);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
