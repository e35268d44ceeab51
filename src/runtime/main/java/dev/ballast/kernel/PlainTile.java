package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A tile in plain Java, with the same bits as the generated one: each sum is a chain of fused
 * multiply-adds from the first step to the last. Serves while the generated code is not compiled
 * yet, when every vector operation would go through the heap.
 */
final class PlainTile implements Tile {
  private static final int GROUP = 8;

  private final Form form;

  PlainTile(Form form) {
    this.form = form;
  }

  @Override
  public void run(
      MemorySegment a,
      long a0,
      long aRow,
      long aStep,
      MemorySegment b,
      long b0,
      long bStep,
      int depth,
      MemorySegment c,
      long c0,
      long cRow) {
    int columns = form.vectors() * Lanes.COUNT;
    int grouped = columns - columns % GROUP;
    for (int r = 0; r < form.rows(); r++) {
      long aAt = a0 + r * aRow;
      long cAt = c0 + r * cRow;
      for (int j = 0; j < grouped; j += GROUP) {
        eight(a, aAt, aStep, b, b0 + 4L * j, bStep, depth, c, cAt + 4L * j);
      }
      for (int j = grouped; j < columns; j++) {
        one(a, aAt, aStep, b, b0 + 4L * j, bStep, depth, c, cAt + 4L * j);
      }
    }
  }

  private static float at(MemorySegment m, long offset) {
    return m.get(JAVA_FLOAT_UNALIGNED, offset);
  }

  private static void one(
      MemorySegment a,
      long aAt,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      int depth,
      MemorySegment c,
      long cAt) {
    float sum = 0;
    for (long k = 0; k < depth; k++) {
      sum = Math.fma(at(a, aAt + k * aStep), at(b, bAt + k * bStep), sum);
    }
    c.set(JAVA_FLOAT_UNALIGNED, cAt, sum);
  }

  private static void eight(
      MemorySegment a,
      long aAt,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      int depth,
      MemorySegment c,
      long cAt) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    long row = bAt;
    for (long k = 0; k < depth; k++) {
      float x = at(a, aAt + k * aStep);
      s0 = Math.fma(x, at(b, row), s0);
      s1 = Math.fma(x, at(b, row + 4), s1);
      s2 = Math.fma(x, at(b, row + 8), s2);
      s3 = Math.fma(x, at(b, row + 12), s3);
      s4 = Math.fma(x, at(b, row + 16), s4);
      s5 = Math.fma(x, at(b, row + 20), s5);
      s6 = Math.fma(x, at(b, row + 24), s6);
      s7 = Math.fma(x, at(b, row + 28), s7);
      row += bStep;
    }
    c.set(JAVA_FLOAT_UNALIGNED, cAt, s0);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 4, s1);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 8, s2);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 12, s3);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 16, s4);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 20, s5);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 24, s6);
    c.set(JAVA_FLOAT_UNALIGNED, cAt + 28, s7);
  }
}
