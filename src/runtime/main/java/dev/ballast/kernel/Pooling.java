package dev.ballast.kernel;

import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The largest or the mean of what lies under a window, channel by channel. Ties go to the first tap
 * in row-major order; a NaN is larger than any number. Padding is never the largest.
 *
 * <p>Which tap was the largest is kept in {@code places}, with as few bits as tell it: bit p of the
 * tap of element i of y is bit i mod 32 of word ⌊i / 32⌋, p · ⌈n / 32⌉ words further on.
 */
public final class Pooling {
  private Pooling() {}

  /**
   * The largest, and the places where there is room for them.
   *
   * @param o x; y and, if they are wanted, the places
   */
  public static Kernel max(PoolShape s, Slices o) {
    Slice x = o.in(0);
    Slice y = o.out();
    Optional<Slice> places = o.results().size() == 2 ? Optional.of(o.out(1)) : Optional.empty();
    if (!isFast(x, y)) {
      return referenceMax(s, x, y, places);
    }
    if (places.isEmpty() && isAlongLines(s, x, y)) {
      return LinePool.max(s, x, y, o.workers());
    }
    Kernel plain = PoolLoops.max(s, x, y, places, o.workers());
    if (!isWholeVectors(s, x, y)) {
      return plain;
    }
    return new WarmKernel(
        WarmPool.of(MaxPoolLoop.isOfFour(s) ? WarmPool.FOUR : WarmPool.ANY),
        MaxPoolLoop.forward(s, x, y, places, o.workers()),
        plain);
  }

  /**
   * Each element of dy where its place says, zeros elsewhere.
   *
   * @param o the places and dy; dx
   */
  public static Kernel maxGradient(PoolShape s, Slices o) {
    Slice places = o.in(0);
    Slice dy = o.in(1);
    Slice dx = o.out();
    if (!isFast(dy, dx)) {
      return referenceMaxGradient(s, places, dy, dx);
    }
    Kernel plain = PoolLoops.maxGradient(s, places, dy, dx, o.workers());
    if (!isWholeVectors(s, dy, dx)) {
      return plain;
    }
    return new WarmKernel(
        WarmPool.of(s.overlaps() ? WarmPool.GATHER : WarmPool.SCATTER),
        MaxPoolLoop.backward(s, places, dy, dx, o.workers()),
        plain);
  }

  /** Whether whole vectors of images lie side by side, their bits in bytes of their own. */
  private static boolean isWholeVectors(PoolShape s, Slice a, Slice b) {
    return FloatLoops.serves(a, b)
        && Simd.lanes() % Byte.SIZE == 0
        && s.walked().lanes() % Simd.lanes() == 0;
  }

  private static boolean isAlongLines(PoolShape s, Slice x, Slice y) {
    return FloatLoops.serves(x, y)
        && s.walked().lanes() == 1
        && s.x().padding() == 0
        && s.x().stride() <= 2;
  }

  private static boolean isFast(Slice a, Slice b) {
    return FloatLoops.allFloat(a, b) && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  /** The mean, see {@link #referenceMean}; of x to y. */
  public static Kernel mean(PoolShape s, boolean countPadding, Slices o) {
    return FloatLoops.allFloat(o.in(0), o.out())
        ? PoolLoops.mean(s, countPadding, o.in(0), o.out(), o.workers())
        : referenceMean(s, countPadding, o.in(0), o.out());
  }

  /** Each element of dy in equal parts, see {@link #referenceMeanGradient}; of dy to dx. */
  public static Kernel meanGradient(PoolShape s, boolean countPadding, Slices o) {
    return FloatLoops.allFloat(o.in(0), o.out())
        ? PoolLoops.meanGradient(s, countPadding, o.in(0), o.out(), o.workers())
        : referenceMeanGradient(s, countPadding, o.in(0), o.out());
  }

  public static Kernel referenceMax(PoolShape s, Slice x, Slice y, Optional<Slice> places) {
    ConvolutionShape c = s.walked();
    return () -> {
      places.ifPresent(p -> p.memory().fill((byte) 0));
      results(
          s,
          (b, channel, i, j) -> {
            double best = Double.NEGATIVE_INFINITY;
            int tap = -1;
            for (int t = 0; t < s.taps(); t++) {
              long at = source(s, c, b, channel, i, j, t);
              if (at >= 0) {
                double v = x.get(at);
                boolean larger = tap < 0 || v > best || Double.isNaN(v);
                best = larger ? v : best;
                tap = larger ? t : tap;
              }
            }
            long to = c.outAt(b, channel, i, j);
            y.set(to, best);
            if (places.isPresent()) {
              setTap(s, places.get(), to, tap);
            }
          });
    };
  }

  public static Kernel referenceMaxGradient(PoolShape s, Slice places, Slice dy, Slice dx) {
    ConvolutionShape c = s.walked();
    return () -> {
      double[] sums = new double[Math.toIntExact(dx.elements())];
      results(
          s,
          (b, channel, i, j) -> {
            long from = c.outAt(b, channel, i, j);
            long at = source(s, c, b, channel, i, j, tap(s, places, from));
            if (at >= 0) {
              sums[(int) at] += dy.get(from);
            }
          });
      Convolution.store(sums, dx);
    };
  }

  /** For each element of y, the element of x at its place; 0 where the place is padding. */
  public static Kernel take(PoolShape s, Slice places, Slice x, Slice y) {
    ConvolutionShape c = s.walked();
    return () ->
        results(
            s,
            (b, channel, i, j) -> {
              long to = c.outAt(b, channel, i, j);
              long at = source(s, c, b, channel, i, j, tap(s, places, to));
              y.set(to, at >= 0 ? x.get(at) : 0);
            });
  }

  /**
   * The mean of what lies under the window.
   *
   * @param countPadding whether padding counts as zeros; else the mean is of what is there
   */
  public static Kernel referenceMean(PoolShape s, boolean countPadding, Slice x, Slice y) {
    ConvolutionShape c = s.walked();
    return () ->
        results(
            s,
            (b, channel, i, j) -> {
              double sum = 0;
              for (int t = 0; t < s.taps(); t++) {
                long at = source(s, c, b, channel, i, j, t);
                sum += at >= 0 ? x.get(at) : 0;
              }
              y.set(c.outAt(b, channel, i, j), sum / count(s, countPadding, i, j));
            });
  }

  /** Each element of dy in equal parts to what its mean is of. */
  public static Kernel referenceMeanGradient(
      PoolShape s, boolean countPadding, Slice dy, Slice dx) {
    ConvolutionShape c = s.walked();
    return () -> {
      double[] sums = new double[Math.toIntExact(dx.elements())];
      results(
          s,
          (b, channel, i, j) -> {
            double g = dy.get(c.outAt(b, channel, i, j)) / count(s, countPadding, i, j);
            for (int t = 0; t < s.taps(); t++) {
              long at = source(s, c, b, channel, i, j, t);
              if (at >= 0) {
                sums[(int) at] += g;
              }
            }
          });
      Convolution.store(sums, dx);
    };
  }

  private static int count(PoolShape s, boolean countPadding, int i, int j) {
    return countPadding ? s.taps() : s.y().met(i) * s.x().met(j);
  }

  /** The element of x under a tap; −1 where that is padding, or there is no such tap. */
  private static long source(
      PoolShape s, ConvolutionShape c, int b, int channel, int i, int j, int tap) {
    int row = s.y().place(i, tap / s.x().kernel());
    int column = s.x().place(j, tap % s.x().kernel());
    boolean there = tap < s.taps() && s.y().has(row) && s.x().has(column);
    return there ? c.at(b, channel, row, column) : -1;
  }

  private static void setTap(PoolShape s, Slice places, long i, int tap) {
    long perBit = s.bitBytes() / Integer.BYTES;
    for (int p = 0; p < s.bits(); p++) {
      long word = p * perBit + (i >> 5);
      places.setLong(word, places.getLong(word) | (tap >> p & 1L) << (i & 31));
    }
  }

  private static int tap(PoolShape s, Slice places, long i) {
    long perBit = s.bitBytes() / Integer.BYTES;
    int tap = 0;
    for (int p = 0; p < s.bits(); p++) {
      tap |= (int) (places.getLong(p * perBit + (i >> 5)) >> (i & 31) & 1) << p;
    }
    return tap;
  }

  /** A place of y. */
  private interface Place {
    void at(int b, int c, int i, int j);
  }

  private static void results(PoolShape s, Place place) {
    for (int b = 0; b < s.batch(); b++) {
      for (int c = 0; c < s.channels(); c++) {
        for (int i = 0; i < s.y().out(); i++) {
          for (int j = 0; j < s.x().out(); j++) {
            place.at(b, c, i, j);
          }
        }
      }
    }
  }
}
