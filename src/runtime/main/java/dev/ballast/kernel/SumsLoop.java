package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Template: sums in double, rounded once all that belongs to them is added. */
final class SumsLoop implements SummedProgram.Sums {
  @Override
  public void store(MemorySegment sums, MemorySegment to, int n) {
    for (int c = 0; c < n; c += Lanes.COUNT) {
      Lanes.store(
          Lanes.floats(Lanes.loadDoubles(sums, c), Lanes.loadDoubles(sums, c + Lanes.DOUBLE_COUNT)),
          to,
          c);
    }
  }
}
