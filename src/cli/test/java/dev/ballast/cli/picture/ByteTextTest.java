package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ByteTextTest {
  @Test
  void bytesAreWrittenWithThreeDigits() {
    assertEquals("0 B", ByteText.of(0));
    assertEquals("1023 B", ByteText.of(1023));
    assertEquals("1 KiB", ByteText.of(1024));
    assertEquals("12.5 KiB", ByteText.of(12_800));
    assertEquals("128 KiB", ByteText.of(131_072));
    assertEquals("1 MiB", ByteText.of((1 << 20) - 1));
    assertEquals("1.53 MiB", ByteText.of(1_605_632));
    assertEquals("100 MiB", ByteText.of(100L << 20));
    assertEquals("8388608 TiB", ByteText.of(Long.MAX_VALUE));
  }

  @Test
  void ticksAreAPowerOfTwoApart() {
    assertEquals(List.of(0L), ByteText.ticks(0, 8));
    assertEquals(List.of(0L, 1024L, 2048L, 3072L), ByteText.ticks(3_100, 4));
    assertEquals(7, ByteText.ticks(1_736_704, 8).size());
  }
}
