package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Moves the end of a line, less than a vector, to where there is room for a whole one, and back: so
 * a program has one loop, not a second with masks, which HotSpot's first compiler can't take.
 */
interface LineEnds {
  /** {@code n} elements, and zeros behind them. */
  void load(MemorySegment from, long at, MemorySegment vector, long n);

  /** The first {@code n} elements. */
  void store(MemorySegment vector, MemorySegment to, long at, long n);
}
