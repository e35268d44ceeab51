package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Template: the lanes of each inner product are summed, and what is left of the rows is added. */
final class DotSums implements DotProduct.DotLoop {
  @Override
  public void row(
      MemorySegment sums,
      int first,
      int count,
      Gemm.Dims d,
      MemorySegment a,
      int i,
      MemorySegment b,
      int j,
      MemorySegment c,
      boolean adds) {
    int whole = d.k() - d.k() % Lanes.COUNT;
    for (int n = 0; n < count; n++) {
      float sum = Lanes.sum(Lanes.load(sums, (long) (first + n) * Lanes.COUNT));
      long aAt = (long) i * d.k();
      long bAt = (long) (j + n) * d.k();
      for (int k = whole; k < d.k(); k++) {
        sum = Math.fma(Lanes.get(a, aAt + k), Lanes.get(b, bAt + k), sum);
      }
      long at = (long) i * d.n() + j + n;
      Lanes.set(c, at, adds ? Lanes.get(c, at) + sum : sum);
    }
  }
}
