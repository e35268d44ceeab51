package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Copies matrices whose neighbours in memory lie along different axes before and after: block by
 * block, so that every cache line fetched is used up before it is displaced.
 */
final class Transposition implements Kernel {
  private static final int BLOCK = 16;

  private final Odometer matrices;
  private final MemorySegment from;
  private final MemorySegment to;
  private final long fromStart;
  private final long toStart;
  private final int bytes;

  /** The axis along which the source is contiguous. */
  private final int rows;

  /** The innermost axis of the walk. */
  private final int columns;

  private final long fromColumnStep;
  private final long toRowStep;
  private final long toColumnStep;

  /** Whether {@link Transposer} serves: the result is contiguous, and elements have 32 bits. */
  private final boolean inSquares;

  /**
   * @param o a walk over source and destination
   * @param group the axis of the walk along which the source is contiguous, not the innermost
   */
  Transposition(Odometer o, int group, Slice from, long fromStart, Slice to, long toStart) {
    int inner = o.rank() - 1;
    int[] others = IntStream.range(0, inner).filter(g -> g != group).toArray();
    this.matrices =
        new Odometer(
            Shape.of(Arrays.stream(others).map(o::dim).toArray()),
            Arrays.stream(others).mapToLong(g -> o.stride(0, g)).toArray(),
            Arrays.stream(others).mapToLong(g -> o.stride(1, g)).toArray());
    this.from = from.memory();
    this.to = to.memory();
    this.fromStart = fromStart;
    this.toStart = toStart;
    this.bytes = from.dtype().bytes();
    this.rows = o.dim(group);
    this.columns = o.dim(inner);
    this.fromColumnStep = o.stride(0, inner);
    this.toRowStep = o.stride(1, group);
    this.toColumnStep = o.stride(1, inner);
    this.inSquares =
        bytes == Integer.BYTES && toColumnStep == 1 && this.from.isNative() && this.to.isNative();
  }

  @Override
  public void run() {
    matrices.reset();
    do {
      for (int i = 0; i < matrices.innerLength(); i++) {
        matrix(
            fromStart + matrices.offset(0) + i * matrices.innerStride(0),
            toStart + matrices.offset(1) + i * matrices.innerStride(1));
      }
    } while (matrices.next());
  }

  private void matrix(long f, long t) {
    if (inSquares) {
      Transposer.transpose(
          from, f * bytes, fromColumnStep * bytes, to, t * bytes, toRowStep * bytes, columns, rows);
      return;
    }
    for (int r = 0; r < rows; r += BLOCK) {
      int height = Math.min(BLOCK, rows - r);
      for (int c = 0; c < columns; c += BLOCK) {
        int width = Math.min(BLOCK, columns - c);
        long at = f + r + c * fromColumnStep;
        long place = t + r * toRowStep + c * toColumnStep;
        if (bytes == Integer.BYTES) {
          ints(at, place, height, width);
        } else {
          longs(at, place, height, width);
        }
      }
    }
  }

  private void ints(long f, long t, int height, int width) {
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < width; c++) {
        int v = from.getAtIndex(JAVA_INT_UNALIGNED, f + r + c * fromColumnStep);
        to.setAtIndex(JAVA_INT_UNALIGNED, t + r * toRowStep + c * toColumnStep, v);
      }
    }
  }

  private void longs(long f, long t, int height, int width) {
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < width; c++) {
        long v = from.getAtIndex(JAVA_LONG_UNALIGNED, f + r + c * fromColumnStep);
        to.setAtIndex(JAVA_LONG_UNALIGNED, t + r * toRowStep + c * toColumnStep, v);
      }
    }
  }
}
