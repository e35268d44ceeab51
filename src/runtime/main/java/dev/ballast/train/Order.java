package dev.ballast.train;

import dev.ballast.tensor.Philox;

/**
 * The order in which an epoch visits the examples: a function of seed and epoch alone, so that a
 * resumed run goes on in the same order.
 */
final class Order {
  private final int[] indices;
  private final long seed;

  Order(int size, long seed) {
    this.indices = new int[size];
    this.seed = seed;
  }

  /** Shuffles anew (Fisher and Yates). */
  void shuffle(int epoch) {
    identity();
    Philox random = new Philox(seed, Philox.SHUFFLE + epoch);
    for (int i = indices.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = indices[i];
      indices[i] = indices[j];
      indices[j] = swapped;
    }
  }

  /** In the dataset's own order. */
  void identity() {
    for (int i = 0; i < indices.length; i++) {
      indices[i] = i;
    }
  }

  int at(int i) {
    return indices[i];
  }
}
