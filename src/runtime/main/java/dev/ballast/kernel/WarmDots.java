package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@link PlainDots} until the generated dots are compiled, and then those. */
final class WarmDots implements Dots {
  private static final int DEPTH = 64;

  /** With fewer sums, a step takes as long as with so many: each waits for the one before. */
  private static final int HIDING = 8;

  /** A caller that misses the change for a while loses time only: the bits are the same. */
  private Dots dots;

  private WarmDots(Form form) {
    this.dots = new PlainDots(form);
  }

  static Dots of(Form form) {
    WarmDots d = new WarmDots(form);
    long vector = (long) Lanes.COUNT * Float.BYTES;
    long row = DEPTH * vector;
    Arena arena = Arena.ofAuto();
    MemorySegment a = arena.allocate(form.left() * row, 64);
    MemorySegment b = arena.allocate(form.right() * row, 64);
    MemorySegment sums = arena.allocate(form.left() * form.right() * vector, 64);
    Warmer.warm(
        () -> DotCode.define(form),
        dots -> dots.run(a, 0, row, b, 0, row, DEPTH, sums),
        DEPTH * Math.max(HIDING, form.left() * form.right()),
        dots -> d.dots = dots);
    return d;
  }

  @Override
  public void run(
      MemorySegment a,
      long a0,
      long aRow,
      MemorySegment b,
      long b0,
      long bRow,
      int depth,
      MemorySegment sums) {
    dots.run(a, a0, aRow, b, b0, bRow, depth, sums);
  }
}
