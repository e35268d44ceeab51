package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A generated tile once it is compiled, and a {@link PlainTile} before. */
final class WarmTile implements Tile {
  /** What one multiply-add of vectors takes at most once compiled; boxed, it takes a hundred. */
  private static final double FAST_NANOS = 5;

  private static final int DEPTH = 64;

  private final Tile generated;
  private final Tile plain;

  /** Becomes true once and for all; a caller that misses it for a while loses time only. */
  private boolean fast;

  private WarmTile(Form form, Tile generated) {
    this.generated = generated;
    this.plain = new PlainTile(form);
  }

  static Tile of(Form form, Tile generated) {
    WarmTile t = new WarmTile(form, generated);
    long row = (long) form.vectors() * Lanes.COUNT * Float.BYTES;
    Arena arena = Arena.ofAuto();
    MemorySegment a = arena.allocate(DEPTH * Math.max(row, 4L * form.rows()), 64);
    MemorySegment b = arena.allocate(DEPTH * row, 64);
    MemorySegment c = arena.allocate(form.rows() * row, 64);
    Runnable call = () -> generated.run(a, 0, 4, 4L * form.rows(), b, 0, row, DEPTH, c, 0, row, 1);
    double fastNanos = FAST_NANOS * DEPTH * form.rows() * form.vectors();
    Warmer.warm(call, fastNanos, () -> t.fast = true);
    return t;
  }

  @Override
  public void run(
      MemorySegment a,
      long a0,
      long aRow,
      long aStep,
      MemorySegment b,
      long b0,
      long bStep,
      int depth,
      MemorySegment c,
      long c0,
      long cRow,
      int tail) {
    Tile t = fast ? generated : plain;
    t.run(a, a0, aRow, aStep, b, b0, bStep, depth, c, c0, cRow, tail);
  }
}
