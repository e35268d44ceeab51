package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** {@link Dots} in plain Java, with the same bits as the generated ones. */
final class PlainDots implements Dots {
  private final Form form;

  PlainDots(Form form) {
    this.form = form;
  }

  @Override
  public void run(
      MemorySegment a,
      long a0,
      long aRow,
      MemorySegment b,
      long b0,
      long bRow,
      int depth,
      MemorySegment sums) {
    long at = 0;
    for (int i = 0; i < form.left(); i++) {
      for (int j = 0; j < form.right(); j++) {
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          float s = lane(a, a0 + i * aRow + 4L * lane, b, b0 + j * bRow + 4L * lane, depth);
          sums.set(JAVA_FLOAT_UNALIGNED, at, s);
          at += Float.BYTES;
        }
      }
    }
  }

  private static float lane(MemorySegment a, long aAt, MemorySegment b, long bAt, int depth) {
    float sum = 0;
    long step = (long) Lanes.COUNT * Float.BYTES;
    for (long k = 0; k < depth; k++) {
      float x = a.get(JAVA_FLOAT_UNALIGNED, aAt + k * step);
      sum = Math.fma(x, b.get(JAVA_FLOAT_UNALIGNED, bAt + k * step), sum);
    }
    return sum;
  }
}
