package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The innermost part of a gradient by weights: for some rows of ∂L/∂y and some taps, the products
 * with the image that lies under the tap are added up along lines of neighbours. Each sum is a
 * vector of partial sums, kept in memory between calls. {@link CorrelationTileCode} writes one for
 * each number of rows and taps.
 */
@FunctionalInterface
interface CorrelationTile {
  /** Floats from one sum to the next. */
  int WIDTH = 16;

  /**
   * What a tile does.
   *
   * @param ones whether each row is added up as well, behind its taps
   * @param tail for what is left of each line behind its whole vectors; else for these
   */
  record Form(int rows, int taps, boolean ones, boolean tail) {
    /** Sums of a row. */
    int sums() {
      return ones ? taps + 1 : taps;
    }
  }

  /**
   * @param dy gradients, first row at {@code dyAt}, further ones {@code dyRow} apart
   * @param offsets of the taps in x; the first is {@code offsets[tap]}
   * @param dyLines where lines start in dy, and {@code xLines} in x: those from {@code line} to
   *     {@code end}
   * @param length elements of a line
   * @param sums the first row's and tap's at {@code sumsAt}, rows {@code sumsRow} apart
   */
  void run(
      MemorySegment dy,
      long dyAt,
      long dyRow,
      MemorySegment x,
      long xAt,
      int[] offsets,
      int tap,
      long[] dyLines,
      long[] xLines,
      int line,
      int end,
      int length,
      MemorySegment sums,
      long sumsAt,
      long sumsRow);

  /**
   * For lines shorter than a vector: each sum is a single number, the first of its places. In
   * double between loads and stores, as one chain is as long as all lanes' chains together.
   */
  static CorrelationTile plain(Form f) {
    return (dy,
        dyAt,
        dyRow,
        x,
        xAt,
        offsets,
        tap,
        dyLines,
        xLines,
        line,
        end,
        length,
        sums,
        at,
        sumsRow) -> {
      for (int r = 0; r < f.rows(); r++) {
        for (int t = 0; t < f.taps(); t++) {
          long place = at + r * sumsRow + (long) t * WIDTH;
          double sum = PlainFloats.get(sums, place);
          for (int l = line; l < end; l++) {
            long a = dyAt + r * dyRow + dyLines[l];
            long b = xAt + offsets[tap + t] + xLines[l];
            for (int i = 0; i < length; i++) {
              sum += (double) PlainFloats.get(dy, a + i) * PlainFloats.get(x, b + i);
            }
          }
          PlainFloats.set(sums, place, (float) sum);
        }
        if (f.ones()) {
          long place = at + r * sumsRow + (long) f.taps() * WIDTH;
          double sum = PlainFloats.get(sums, place);
          for (int l = line; l < end; l++) {
            for (int i = 0; i < length; i++) {
              sum += PlainFloats.get(dy, dyAt + r * dyRow + dyLines[l] + i);
            }
          }
          PlainFloats.set(sums, place, (float) sum);
        }
      }
    };
  }
}
