package dev.ballast.plan;

/**
 * How to plan.
 *
 * @param reuse whether values that never live together may share bytes, and results may take the
 *     place of dying inputs; off, every value has its own place, and the results are the same bits
 */
public record PlanOptions(boolean reuse) {
  /** Offsets are multiples of this many bytes: a cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  public static PlanOptions defaults() {
    return new PlanOptions(true);
  }

  public PlanOptions withReuse(boolean on) {
    return new PlanOptions(on);
  }

  static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
