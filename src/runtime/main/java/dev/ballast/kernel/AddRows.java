package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Template: adds a product, a few rows at a time, to what C holds. */
final class AddRows implements TileFinishes {
  @Override
  public TileFinish adding(MemorySegment c) {
    return (sums, at, n) -> add(sums, c, at, n);
  }

  private static void add(MemorySegment sums, MemorySegment c, long at, long n) {
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(c, at + i).add(Lanes.load(sums, i)), c, at + i);
    }
    for (long i = full; i < n; i++) {
      Lanes.set(c, at + i, Lanes.get(c, at + i) + Lanes.get(sums, i));
    }
  }
}
