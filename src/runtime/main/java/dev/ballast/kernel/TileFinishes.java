package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** The finishes that are templates. */
interface TileFinishes {
  /** C = C + sums. */
  TileFinish adding(MemorySegment c);
}
