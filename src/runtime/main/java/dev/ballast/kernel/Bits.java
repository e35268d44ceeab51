package dev.ballast.kernel;

/** One bit an element: 32 in a word, the first in the lowest. */
public final class Bits {
  private Bits() {}

  /** Which elements are above 0; the last word's spare bits are 0. */
  public static Kernel positive(Slice x, Slice bits) {
    return FloatLoops.serves(x) && bits.memory().isNative()
        ? Warmed.of(
            loops().positive(x, bits),
            Code.POSITIVE,
            n -> loops().positive(Warmed.floats(n), Warmed.floats(n)))
        : referencePositive(x, bits);
  }

  /** {@code a} where the bit is set, else 0. */
  public static Kernel select(Slice bits, Slice a, Slice out) {
    return FloatLoops.serves(a, out) && bits.memory().isNative()
        ? Warmed.of(
            loops().select(bits, a, out),
            Code.SELECT,
            n -> loops().select(Warmed.floats(n), Warmed.floats(n), Warmed.floats(n)))
        : referenceSelect(bits, a, out);
  }

  /** Which code is warm. */
  private enum Code {
    POSITIVE,
    SELECT
  }

  private static BitKernels loops() {
    return FloatLoops.loop(BitKernels.class, BitLoop.class);
  }

  /** The same kernels, on floats. */
  interface BitKernels {
    Kernel positive(Slice x, Slice bits);

    Kernel select(Slice bits, Slice a, Slice out);
  }

  public static Kernel referencePositive(Slice x, Slice bits) {
    long n = x.elements();
    return () -> {
      for (long word = 0; word < bits.elements(); word++) {
        int w = 0;
        for (long i = word * 32; i < Math.min(n, word * 32 + 32); i++) {
          w |= x.get(i) > 0 ? 1 << i : 0;
        }
        bits.setLong(word, w);
      }
    };
  }

  public static Kernel referenceSelect(Slice bits, Slice a, Slice out) {
    return () -> {
      for (long i = 0; i < a.elements(); i++) {
        boolean set = (bits.getLong(i >> 5) >> (i & 31) & 1) != 0;
        out.set(i, set ? a.get(i) : 0);
      }
    };
  }
}
