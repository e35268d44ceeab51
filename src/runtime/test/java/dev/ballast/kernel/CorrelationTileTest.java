package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CorrelationTileTest {
  private static final int LINES = 40;
  private static final int LENGTH = 1000;

  private static MemorySegment floats(float[] values) {
    Slice s = Slice.allocate(TensorType.f32(values.length), Arena.ofAuto());
    s.copyFrom(values);
    return s.memory();
  }

  /** A chain of 40,000 floats would be off by many ulps. */
  @Test
  void plainSumsAreRoundedOnce() {
    Random random = new Random(1);
    float[] dy = new float[LINES * LENGTH];
    float[] x = new float[LINES * LENGTH];
    long[] lines = new long[LINES];
    double products = 0;
    double all = 0;
    for (int i = 0; i < dy.length; i++) {
      dy[i] = random.nextFloat();
      x[i] = random.nextFloat();
      products += (double) dy[i] * x[i];
      all += dy[i];
      lines[i / LENGTH] = i / LENGTH * (long) LENGTH;
    }
    MemorySegment sums = floats(new float[2 * CorrelationTile.WIDTH]);
    CorrelationTile.plain(new CorrelationTile.Form(1, 1, true, false))
        .run(
            floats(dy),
            0,
            0,
            floats(x),
            0,
            new int[1],
            0,
            lines,
            lines,
            0,
            LINES,
            LENGTH,
            sums,
            0,
            0);
    assertEquals((float) products, PlainFloats.get(sums, 0));
    assertEquals((float) all, PlainFloats.get(sums, CorrelationTile.WIDTH));
  }
}
