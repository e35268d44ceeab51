package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A {@link GatherTile} without vectors for any number of lanes, with the bits of the generated
 * ones: each sum is a chain of fused multiply-adds over channels and taps. Where there are enough
 * lanes it goes through arrays, whose loops HotSpot makes vector code of by itself.
 */
final class PlainGather implements GatherTile {
  /** Rows of a tile, at most. */
  static final int ROWS = 8;

  /** Lanes at once: sums and a line of the source fill a first-level cache by half. */
  private static final int LANES = 512;

  /** With fewer lanes, copying them takes longer than it saves. */
  private static final int FEW = 16;

  private static final ThreadLocal<Scratch> SCRATCH =
      ThreadLocal.withInitial(() -> new Scratch(new float[LANES], new float[ROWS][LANES]));

  private final int rows;

  /**
   * @param x what lies under a tap
   * @param sums of each row
   */
  private record Scratch(float[] x, float[][] sums) {}

  PlainGather(int rows) {
    this.rows = rows;
  }

  @Override
  public void run(
      MemorySegment in,
      long inAt,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long outAt,
      MemorySegment bias,
      long biasAt,
      Patch patch,
      int sources,
      Strides s,
      int lanes) {
    if (lanes < FEW) {
      few(in, inAt, w, wAt, out, outAt, bias, biasAt, patch, sources, s, lanes);
      return;
    }
    for (int lane = 0; lane < lanes; lane += LANES) {
      int wide = Math.min(LANES, lanes - lane);
      many(in, inAt + lane, w, wAt, out, outAt + lane, bias, biasAt, patch, sources, s, wide);
    }
  }

  private void few(
      MemorySegment in,
      long inAt,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long outAt,
      MemorySegment bias,
      long biasAt,
      Patch patch,
      int sources,
      Strides s,
      int lanes) {
    for (int r = 0; r < rows; r++) {
      float start = PlainFloats.get(bias, biasAt + r);
      for (int lane = 0; lane < lanes; lane++) {
        float sum = start;
        for (int c = 0; c < sources; c++) {
          long from = inAt + c * s.inSource() + lane;
          long weight = wAt + c * s.wSource() + r * s.wRow();
          for (int t = 0; t < patch.in().length; t++) {
            float x = PlainFloats.get(in, from + patch.in()[t]);
            sum = Math.fma(PlainFloats.get(w, weight + patch.w()[t]), x, sum);
          }
        }
        PlainFloats.set(out, outAt + r * s.outRow() + lane, sum);
      }
    }
  }

  private void many(
      MemorySegment in,
      long inAt,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long outAt,
      MemorySegment bias,
      long biasAt,
      Patch patch,
      int sources,
      Strides s,
      int lanes) {
    Scratch scratch = SCRATCH.get();
    float[] x = scratch.x;
    float[][] sums = scratch.sums;
    for (int r = 0; r < rows; r++) {
      Arrays.fill(sums[r], 0, lanes, PlainFloats.get(bias, biasAt + r));
    }
    for (int c = 0; c < sources; c++) {
      for (int t = 0; t < patch.in().length; t++) {
        long from = inAt + c * s.inSource() + patch.in()[t];
        MemorySegment.copy(in, JAVA_FLOAT_UNALIGNED, from << 2, x, 0, lanes);
        long weight = wAt + c * s.wSource() + patch.w()[t];
        for (int r = 0; r < rows; r++) {
          addMultiple(PlainFloats.get(w, weight + r * s.wRow()), x, sums[r], lanes);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      long to = outAt + r * s.outRow();
      MemorySegment.copy(sums[r], 0, out, JAVA_FLOAT_UNALIGNED, to << 2, lanes);
    }
  }

  private static void addMultiple(float factor, float[] x, float[] sums, int lanes) {
    for (int i = 0; i < lanes; i++) {
      sums[i] = Math.fma(factor, x[i], sums[i]);
    }
  }
}
