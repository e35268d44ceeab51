package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Generated dots once they are compiled, and {@link PlainDots} before. */
final class WarmDots implements Dots {
  private static final double FAST_NANOS = 5;
  private static final int DEPTH = 64;

  private final Dots generated;
  private final Dots plain;

  /** Becomes true once and for all; a caller that misses it for a while loses time only. */
  private boolean fast;

  private WarmDots(Form form, Dots generated) {
    this.generated = generated;
    this.plain = new PlainDots(form);
  }

  static Dots of(Form form, Dots generated) {
    WarmDots d = new WarmDots(form, generated);
    long vector = (long) Lanes.COUNT * Float.BYTES;
    long row = DEPTH * vector;
    Arena arena = Arena.ofAuto();
    MemorySegment a = arena.allocate(form.left() * row, 64);
    MemorySegment b = arena.allocate(form.right() * row, 64);
    MemorySegment sums = arena.allocate(form.left() * form.right() * vector, 64);
    double fastNanos = FAST_NANOS * DEPTH * form.left() * form.right();
    Warmer.warm(
        () -> generated.run(a, 0, row, b, 0, row, DEPTH, sums), fastNanos, () -> d.fast = true);
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
    Dots d = fast ? generated : plain;
    d.run(a, a0, aRow, b, b0, bRow, depth, sums);
  }
}
