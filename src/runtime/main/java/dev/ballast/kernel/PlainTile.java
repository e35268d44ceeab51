package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A tile in plain Java, with the same bits as the generated one: each sum is a chain of fused
 * multiply-adds from the first step to the last. Serves while the generated code is not compiled
 * yet, when every vector operation would go through the heap.
 *
 * <p>It may itself be interpreted, as in the first run of a process. An interpreter goes through an
 * array ten times as fast as through a segment, so a stretch of B is copied first.
 */
final class PlainTile implements Tile {
  /** Floats of B that are copied at a time. */
  private static final int STRETCH = 4096;

  /** What a thread needs for it, kept so that a run allocates nothing. */
  private static final class Scratch {
    static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final float[] b = new float[STRETCH];
    float[] sums = new float[0];

    float[] zeros(int count) {
      if (sums.length < count) {
        sums = new float[count];
      }
      for (int i = 0; i < count; i++) {
        sums[i] = 0;
      }
      return sums;
    }
  }

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
    Scratch scratch = Scratch.OF_THREAD.get();
    float[] sums = scratch.zeros(form.rows() * columns);
    int most = STRETCH / columns;
    for (int from = 0; from < depth; from += most) {
      int steps = Math.min(most, depth - from);
      copy(b, b0 + from * bStep, bStep, steps, columns, scratch.b);
      for (int r = 0; r < form.rows(); r++) {
        long aAt = a0 + r * aRow + from * aStep;
        for (int k = 0; k < steps; k++) {
          float x = a.get(JAVA_FLOAT_UNALIGNED, aAt + k * aStep);
          add(x, scratch.b, k * columns, sums, r * columns, columns);
        }
      }
    }
    for (int r = 0; r < form.rows(); r++) {
      MemorySegment.copy(sums, r * columns, c, JAVA_FLOAT_UNALIGNED, c0 + r * cRow, columns);
    }
  }

  private static void copy(
      MemorySegment b, long at, long bStep, int steps, int columns, float[] to) {
    if (bStep == (long) columns * Float.BYTES) {
      MemorySegment.copy(b, JAVA_FLOAT_UNALIGNED, at, to, 0, steps * columns);
      return;
    }
    for (int k = 0; k < steps; k++) {
      MemorySegment.copy(b, JAVA_FLOAT_UNALIGNED, at + k * bStep, to, k * columns, columns);
    }
  }

  private static void add(float x, float[] b, int bAt, float[] sums, int at, int count) {
    for (int j = 0; j < count; j++) {
      sums[at + j] = Math.fma(x, b[bAt + j], sums[at + j]);
    }
  }
}
