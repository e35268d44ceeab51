package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ballast.kernel.Slice;
import java.lang.foreign.MemorySegment;

/** Turns pixels into numbers: a pixel p becomes (p / 255 − mean) / deviation. */
public final class Pixels {
  private final float[] scaled = new float[256];

  public Pixels(double mean, double deviation) {
    for (int p = 0; p < scaled.length; p++) {
      scaled[p] = (float) ((p / 255.0 - mean) / deviation);
    }
  }

  /** Writes one example of {@code count} pixels. Allocates nothing. */
  public void copy(MemorySegment pixels, long from, int count, Slice x, int row) {
    MemorySegment out = x.memory();
    long to = (long) row * count;
    for (int i = 0; i < count; i++) {
      out.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, scaled[pixels.get(JAVA_BYTE, from + i) & 255]);
    }
  }
}
