package dev.ballast.example;

import java.util.Arrays;

/**
 * Payments, as the network takes them.
 *
 * @param x [N, {@link Field#count}], one after the other
 * @param fraud for each 1 where it was fraud, else 0; empty where that is asked
 */
record Examples(float[] x, float[] fraud) {
  /** How many. */
  int count() {
    return x.length / Field.count();
  }

  /** The one with that number, with its answer. */
  Examples one(int i) {
    int n = Field.count();
    return new Examples(
        Arrays.copyOfRange(x, i * n, (i + 1) * n), Arrays.copyOfRange(fraud, i, i + 1));
  }
}
