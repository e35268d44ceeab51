package dev.ballast.cli.picture;

import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Bytes as people read them, in powers of 1024. */
public final class ByteText {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private ByteText() {}

  /** Three digits: {@code 40 B}, {@code 12.5 KiB}, {@code 1.53 MiB}. */
  public static String of(long bytes) {
    double v = bytes;
    int unit = 0;
    // 1023.5 would be printed as 1024.
    while (v >= 1023.5 && unit < UNITS.size() - 1) {
      v /= 1024;
      unit++;
    }
    int decimals = unit == 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2;
    String s = String.format(Locale.ROOT, "%." + decimals + "f", v);
    if (decimals > 0) {
      s = s.replaceAll("\\.?0+$", "");
    }
    return s + " " + UNITS.get(unit);
  }

  /** {@code 6,224,704 bytes}. */
  public static String exact(long bytes) {
    return String.format(Locale.ROOT, "%,d bytes", bytes);
  }

  /** At most {@code most} ticks above 0, a power of two apart; and 0. */
  static List<Long> ticks(long top, int most) {
    long step = 1;
    while (top / step > most) {
      step *= 2;
    }
    long distance = step;
    return LongStream.rangeClosed(0, top / step).mapToObj(n -> n * distance).toList();
  }
}
