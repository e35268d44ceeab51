package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * Copies a matrix of 32-bit elements into its transpose, in squares that stay in the first-level
 * cache. Two by two elements go through two 64-bit registers, which halves loads and stores.
 */
final class Transposer {
  private static final int SQUARE = 16;
  private static final long LOW = 0xFFFFFFFFL;
  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private static final boolean BY_VECTORS = Simd.isAvailable() && Simd.lanes() == SQUARE;
  private static final Squares OUTER = squares(0);
  private static final Squares INNER = squares(1);

  private Transposer() {}

  private static Squares squares(int half) {
    return BY_VECTORS
        ? FloatLoops.loop(Squares.class, SquareLoop.class, half)
        : (from, fromAt, fromRow, to, toAt, toRow) -> {};
  }

  /** A kernel that transposes. */
  static Kernel warmed(Kernel kernel) {
    return BY_VECTORS ? Warmed.of(kernel, Transposer.class, Transposer::small) : kernel;
  }

  private static Kernel small(int n) {
    MemorySegment from = Warmed.floats(SQUARE + 1, n).memory();
    MemorySegment to = Warmed.floats(n, SQUARE + 1).memory();
    long row = (SQUARE + 1) * Float.BYTES;
    return () -> transpose(from, 0, (long) n * Float.BYTES, to, 0, row, SQUARE + 1, n);
  }

  /**
   * {@code to[c][r] = from[r][c]}. Starts and strides count bytes.
   *
   * @param fromRow the stride of the source's rows
   * @param toRow the stride of the result's rows, which are the source's columns
   */
  static void transpose(
      MemorySegment from,
      long fromStart,
      long fromRow,
      MemorySegment to,
      long toStart,
      long toRow,
      int rows,
      int columns) {
    for (int c = 0; c < columns; c += SQUARE) {
      int width = Math.min(SQUARE, columns - c);
      for (int r = 0; r < rows; r += SQUARE) {
        int height = Math.min(SQUARE, rows - r);
        square(
            from,
            fromStart + r * fromRow + 4L * c,
            fromRow,
            to,
            toStart + c * toRow + 4L * r,
            toRow,
            height,
            width);
      }
    }
  }

  /** Halves of a square's transposition; offsets and strides count elements. */
  interface Squares {
    void half(
        MemorySegment from, long fromAt, long fromRow, MemorySegment to, long toAt, long toRow);
  }

  private static void square(
      MemorySegment from,
      long fromAt,
      long fromRow,
      MemorySegment to,
      long toAt,
      long toRow,
      int height,
      int width) {
    if (BY_VECTORS && height == SQUARE && width == SQUARE) {
      OUTER.half(from, fromAt >> 2, fromRow >> 2, to, toAt >> 2, toRow >> 2);
      INNER.half(to, toAt >> 2, toRow >> 2, to, toAt >> 2, toRow >> 2);
      return;
    }
    int evenHeight = LITTLE ? height & -2 : 0;
    int evenWidth = LITTLE ? width & -2 : 0;
    for (int c = 0; c < evenWidth; c += 2) {
      long f = fromAt + 4L * c;
      long t = toAt + c * toRow;
      for (int r = 0; r < evenHeight; r += 2) {
        long upper = from.get(JAVA_LONG_UNALIGNED, f);
        long lower = from.get(JAVA_LONG_UNALIGNED, f + fromRow);
        to.set(JAVA_LONG_UNALIGNED, t, upper & LOW | lower << Integer.SIZE);
        to.set(JAVA_LONG_UNALIGNED, t + toRow, upper >>> Integer.SIZE | lower & ~LOW);
        f += 2 * fromRow;
        t += 8;
      }
    }
    single(from, fromAt, fromRow, to, toAt, toRow, evenHeight, height, 0, evenWidth);
    single(from, fromAt, fromRow, to, toAt, toRow, 0, height, evenWidth, width);
  }

  private static void single(
      MemorySegment from,
      long fromAt,
      long fromRow,
      MemorySegment to,
      long toAt,
      long toRow,
      int firstRow,
      int rows,
      int firstColumn,
      int columns) {
    for (int c = firstColumn; c < columns; c++) {
      for (int r = firstRow; r < rows; r++) {
        int x = from.get(JAVA_INT_UNALIGNED, fromAt + r * fromRow + 4L * c);
        to.set(JAVA_INT_UNALIGNED, toAt + c * toRow + 4L * r, x);
      }
    }
  }
}
