package dev.ballast.plan;

import dev.ballast.plan.SectionSearch.Outcome;
import dev.ballast.tensor.PlanException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Offsets for buffers whose lifetimes are known (dynamic storage allocation): buffers that are live
 * together must not overlap, and the highest byte used shall be low.
 *
 * <pre>{@code
 * Placement.Solution s = Placement.solve(new Placement.Problem(sizes, from, to));
 * }</pre>
 *
 * <p>Deterministic, as long as no deadline is set.
 */
public final class Placement {
  private Placement() {}

  /** Sizes, and half-open lifetimes {@code [from, to)}, by index. */
  public record Problem(long[] sizes, int[] from, int[] to) {
    /**
     * @throws PlanException where a size or a lifetime can't be, or all sizes are more than offsets
     *     can count
     */
    public Problem {
      long sum = 0;
      for (int i = 0; i < sizes.length; i++) {
        if (sizes[i] < 0) {
          throw new PlanException("buffer " + i + ": a size of " + sizes[i] + " is below 0");
        }
        if (from[i] < 0 || from[i] >= to[i]) {
          throw new PlanException(
              "buffer " + i + ": a life from " + from[i] + " to " + to[i] + " is none");
        }
        sum += sizes[i];
        if (sum < 0 || sum > MOST_BYTES) {
          throw new PlanException(
              "buffer " + i + ": with it all sizes come to more than " + MOST_BYTES + " bytes");
        }
      }
    }

    /** Sums of all sizes stay so far from overflow that no bound of a search can. */
    private static final long MOST_BYTES = Long.MAX_VALUE / 8;

    public int count() {
      return sizes.length;
    }

    /** The sum of live sizes at each step. */
    public long[] loads() {
      int steps = Arrays.stream(to).max().orElse(0);
      long[] change = new long[steps + 1];
      for (int i = 0; i < count(); i++) {
        change[from[i]] += sizes[i];
        change[to[i]] -= sizes[i];
      }
      long[] loads = new long[steps];
      long live = 0;
      for (int t = 0; t < steps; t++) {
        live += change[t];
        loads[t] = live;
      }
      return loads;
    }

    /** The largest load: no placement is smaller. */
    public long loadBound() {
      return Sections.of(this).loadBound();
    }
  }

  /**
   * How long to search where what is quick doesn't settle it.
   *
   * @param nodes of search trees, for an instance of up to 400 buffers; fewer for more
   * @param deadline of {@link System#nanoTime}; results then depend on the machine
   */
  public record Limits(long nodes, long deadline) {
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** Settles what can be settled in about a second. */
    public static Limits defaults() {
      return ofNodes(300_000);
    }

    public static Limits ofNodes(long nodes) {
      return new Limits(nodes, NO_DEADLINE);
    }

    public static Limits ofSeconds(double seconds) {
      return new Limits(Long.MAX_VALUE / 2, System.nanoTime() + (long) (seconds * 1e9));
    }
  }

  /**
   * Offsets by index.
   *
   * @param bytes the highest byte used
   * @param provenBytes no placement uses less: that is proven
   * @param nodes how much was searched
   */
  public record Solution(long[] offsets, long bytes, long provenBytes, long nodes) {}

  /** What is known of a capacity. */
  public enum Verdict {
    FITS,
    DOES_NOT_FIT,
    UNDECIDED
  }

  /**
   * Whether a capacity suffices.
   *
   * @param solution the best found; within the capacity if it fits
   */
  public record Decision(Verdict verdict, Solution solution) {}

  public static Solution solve(Problem problem) {
    return solve(problem, Limits.defaults());
  }

  /** The lowest placement found within the limits. */
  public static Solution solve(Problem problem, Limits limits) {
    Grounded g = Grounded.of(problem);
    Minimiser m = new Minimiser(g.rest(), limits);
    m.minimise();
    return g.solution(m);
  }

  /** Looks for a placement of at most so many bytes. */
  public static Decision decide(Problem problem, long capacity, Limits limits) {
    Grounded g = Grounded.of(problem);
    Minimiser m = new Minimiser(g.rest(), limits);
    Outcome outcome = m.decide(capacity - g.ground());
    if (outcome == Outcome.EXHAUSTED) {
      m.settle();
    }
    Verdict verdict =
        switch (outcome) {
          case FOUND -> Verdict.FITS;
          case EXHAUSTED -> Verdict.DOES_NOT_FIT;
          case STOPPED -> Verdict.UNDECIDED;
        };
    return new Decision(verdict, g.solution(m));
  }

  /**
   * A problem without the buffers that live through all of it. They lie at the bottom: in any
   * placement such a buffer could be taken out, what is above it lowered, and the buffer put below.
   * Buffers of no size lie at zero.
   *
   * @param ground the bytes of those that live through
   */
  private record Grounded(long[] offsets, long ground, int[] others, Sections rest) {
    static Grounded of(Problem problem) {
      Sections all = Sections.of(problem);
      long[] offsets = new long[all.count()];
      long ground = 0;
      for (int i = 0; i < offsets.length; i++) {
        if (isThroughout(all, i)) {
          offsets[i] = ground;
          ground += all.sizes()[i];
        }
      }
      int[] others =
          IntStream.range(0, all.count())
              .filter(i -> all.sizes()[i] > 0 && !isThroughout(all, i))
              .toArray();
      return new Grounded(offsets, ground, others, all.of(others));
    }

    private static boolean isThroughout(Sections s, int i) {
      return s.sizes()[i] > 0 && s.low()[i] == 0 && s.high()[i] == s.width();
    }

    Solution solution(Minimiser m) {
      for (int i = 0; i < others.length; i++) {
        offsets[others[i]] = ground + m.offsets()[i];
      }
      return new Solution(offsets, ground + m.top(), ground + m.proven(), m.nodes());
    }
  }
}
