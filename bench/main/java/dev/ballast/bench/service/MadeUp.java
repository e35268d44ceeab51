package dev.ballast.bench.service;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Examples of a service's fields, and a rule that can be learned from them. */
final class MadeUp {
  private static final double TRUE_WITH_RULE = 0.9;

  private final SplittableRandom random;
  private final int fields;

  MadeUp(long seed, int fields) {
    this.random = new SplittableRandom(seed);
    this.fields = fields;
  }

  /**
   * Little-endian floats in [0, 1), one example after the other.
   *
   * @param labelled whether each has its answer behind it: 1 mostly where the first field is large
   */
  byte[] floats(int count, boolean labelled) {
    ByteBuffer b =
        ByteBuffer.allocate(count * (fields + (labelled ? 1 : 0)) * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float first = (float) random.nextDouble();
      b.putFloat(first);
      for (int f = 1; f < fields; f++) {
        b.putFloat((float) random.nextDouble());
      }
      if (labelled) {
        b.putFloat(first > 0.5 == random.nextDouble() < TRUE_WITH_RULE ? 1 : 0);
      }
    }
    return b.array();
  }
}
