package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A {@link PlainTile} until the generated tile is compiled, and then that. */
final class WarmTile implements Tile {
  private static final int DEPTH = 64;

  /** With fewer sums, a step takes as long as with so many: each waits for the one before. */
  private static final int HIDING = 8;

  /** A caller that misses the change for a while loses time only: the bits are the same. */
  private Tile tile;

  private WarmTile(Form form) {
    this.tile = new PlainTile(form);
  }

  static Tile of(Form form) {
    WarmTile t = new WarmTile(form);
    long row = (long) form.vectors() * Lanes.COUNT * Float.BYTES;
    Arena arena = Arena.ofAuto();
    MemorySegment a = arena.allocate(DEPTH * 4L * form.rows(), 64);
    MemorySegment b = arena.allocate(DEPTH * row, 64);
    MemorySegment c = arena.allocate(form.rows() * row, 64);
    Warmer.warm(
        () -> TileCode.define(form),
        tile -> tile.run(a, 0, 4, 4L * form.rows(), b, 0, row, DEPTH, c, 0, row),
        DEPTH * Math.max(HIDING, form.rows() * form.vectors()),
        tile -> t.tile = tile);
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
      long cRow) {
    tile.run(a, a0, aRow, aStep, b, b0, bStep, depth, c, c0, cRow);
  }
}
