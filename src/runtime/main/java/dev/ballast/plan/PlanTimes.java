package dev.ballast.plan;

import java.util.function.Supplier;

/**
 * Where planning spends its time. A phase that runs several times adds up; none contains another.
 *
 * <pre>{@code
 * PlanTimes times = new PlanTimes();
 * Planner.plan(graph, options, times);
 * System.out.println(times.nanos(PlanTimes.Phase.ORDER));
 * }</pre>
 */
public final class PlanTimes {
  /** What a plan is made by. */
  public enum Phase {
    /** What to compute again under a budget, and the graph that does. */
    RECOMPUTATION,
    /** Joins, the order of steps and its bound. */
    ORDER,
    /** Who shares bytes with whom, and when each buffer lives. */
    SHARING,
    /** Offsets. */
    PLACEMENT,
    /** Each plan is acted out. */
    VERIFICATION
  }

  private final long[] nanos = new long[Phase.values().length];

  /** The time of a phase so far. */
  public long nanos(Phase phase) {
    return nanos[phase.ordinal()];
  }

  <T> T measure(Phase phase, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      nanos[phase.ordinal()] += System.nanoTime() - start;
    }
  }
}
