package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Template: the lanes of each inner product are summed, one product after the other. For machines
 * whose vectors {@link FoldLoop} does not fold.
 */
final class DotSums implements DotProduct.Sums {
  @Override
  public void fold(MemorySegment sums, int count) {
    for (long n = 0; n < count; n++) {
      Lanes.set(sums, n, Lanes.sum(Lanes.load(sums, n * Lanes.COUNT)));
    }
  }
}
