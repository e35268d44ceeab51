package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A {@link CorrelationTile} without vectors, with the bits of the generated ones: the lanes of each
 * sum are chains of their own. Serves while the generated code is not compiled yet.
 */
final class PlainCorrelation implements CorrelationTile {
  private static final int LANES = Simd.lanes();

  /** Chains that are computed side by side, each waiting for its own. */
  private static final int GROUP = 8;

  /** Elements of a line at once, whole vectors. */
  private static final int CHUNK = 1024;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private final Form form;

  /** Parts of lines and a sum's lanes. */
  private static final class Scratch {
    final float[] dy = new float[CHUNK];
    final float[][] x = new float[CorrelationTileCode.SUMS][CHUNK];
    final float[] sum = new float[WIDTH];
  }

  PlainCorrelation(Form form) {
    this.form = form;
  }

  @Override
  public void run(
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
      long sumsRow) {
    Scratch s = SCRATCH.get();
    int whole = length - length % LANES;
    int first = form.tail() ? length - LANES : 0;
    int last = form.tail() ? length : whole;
    for (int l = line; l < end; l++) {
      for (int i = first; i < last; i += CHUNK) {
        int n = Math.min(CHUNK, last - i);
        for (int t = 0; t < form.taps(); t++) {
          copy(x, xAt + offsets[tap + t] + xLines[l] + i, s.x[t], n);
        }
        for (int r = 0; r < form.rows(); r++) {
          copy(dy, dyAt + r * dyRow + dyLines[l] + i, s.dy, n);
          if (form.tail()) {
            dropFirst(whole - first, s.dy);
          }
          row(s, n, sums, sumsAt + r * sumsRow);
        }
      }
    }
  }

  private static void copy(MemorySegment from, long at, float[] to, int n) {
    MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, at << 2, to, 0, n);
  }

  /** What whole vectors have done already counts as 0. */
  private static void dropFirst(int n, float[] dy) {
    for (int i = 0; i < n; i++) {
      dy[i] *= 0;
    }
  }

  private void row(Scratch s, int n, MemorySegment sums, long at) {
    for (int t = 0; t < form.sums(); t++) {
      long place = at + (long) t * WIDTH;
      copy(sums, place, s.sum, LANES);
      if (t < form.taps()) {
        products(s.dy, s.x[t], n, s.sum);
      } else {
        additions(s.dy, n, s.sum);
      }
      MemorySegment.copy(s.sum, 0, sums, JAVA_FLOAT_UNALIGNED, place << 2, LANES);
    }
  }

  private static void products(float[] dy, float[] x, int n, float[] sum) {
    int lane = 0;
    for (; lane + GROUP <= LANES; lane += GROUP) {
      eight(dy, x, lane, n, sum);
    }
    for (; lane < LANES; lane++) {
      for (int i = lane; i < n; i += LANES) {
        sum[lane] = Math.fma(dy[i], x[i], sum[lane]);
      }
    }
  }

  private static void eight(float[] dy, float[] x, int lane, int n, float[] sum) {
    float s0 = sum[lane];
    float s1 = sum[lane + 1];
    float s2 = sum[lane + 2];
    float s3 = sum[lane + 3];
    float s4 = sum[lane + 4];
    float s5 = sum[lane + 5];
    float s6 = sum[lane + 6];
    float s7 = sum[lane + 7];
    for (int i = lane; i < n; i += LANES) {
      s0 = Math.fma(dy[i], x[i], s0);
      s1 = Math.fma(dy[i + 1], x[i + 1], s1);
      s2 = Math.fma(dy[i + 2], x[i + 2], s2);
      s3 = Math.fma(dy[i + 3], x[i + 3], s3);
      s4 = Math.fma(dy[i + 4], x[i + 4], s4);
      s5 = Math.fma(dy[i + 5], x[i + 5], s5);
      s6 = Math.fma(dy[i + 6], x[i + 6], s6);
      s7 = Math.fma(dy[i + 7], x[i + 7], s7);
    }
    sum[lane] = s0;
    sum[lane + 1] = s1;
    sum[lane + 2] = s2;
    sum[lane + 3] = s3;
    sum[lane + 4] = s4;
    sum[lane + 5] = s5;
    sum[lane + 6] = s6;
    sum[lane + 7] = s7;
  }

  private static void additions(float[] dy, int n, float[] sum) {
    for (int i = 0; i < n; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        sum[lane] += dy[i + lane];
      }
    }
  }
}
