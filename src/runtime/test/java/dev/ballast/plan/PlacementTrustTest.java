package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What placement claims, against exhaustive search and against an independent sweep. */
class PlacementTrustTest {
  private static final Placement.Limits LIMITS = Placement.Limits.ofNodes(20_000);

  @Test
  void claimsAgreeWithExhaustiveSearch() {
    Random random = new Random(1);
    int aboveLoad = 0;
    int proven = 0;
    for (int trial = 0; trial < 2000; trial++) {
      Placement.Problem p = level(random, 4 + random.nextInt(6), 8 + random.nextInt(6));
      long optimum = optimum(p);
      Placement.Solution s = Placement.solve(p, LIMITS);
      assertEquals(sweep(p, s.offsets()), s.bytes());
      assertEquals(optimum, s.bytes(), () -> "not optimal: " + text(p));
      assertTrue(s.provenBytes() <= optimum, () -> "proven, but wrong: " + text(p));
      proven += s.provenBytes() == optimum ? 1 : 0;
      aboveLoad += optimum > p.loadBound() ? 1 : 0;
    }
    assertTrue(aboveLoad >= 4, "only " + aboveLoad + " optima are above the load");
    assertTrue(proven >= 1990, "only " + proven + " of 2000 are proven");
  }

  @Test
  void everyCapacityIsDecidedAsExhaustiveSearchDoes() {
    Random random = new Random(5);
    for (int trial = 0; trial < 1500; trial++) {
      Placement.Problem p = level(random, 4 + random.nextInt(5), 6 + random.nextInt(6));
      long optimum = optimum(p);
      for (long capacity = Math.max(0, optimum - 3); capacity <= optimum + 2; capacity++) {
        Placement.Decision d = Placement.decide(p, capacity, LIMITS);
        boolean fits = capacity >= optimum;
        assertEquals(
            fits ? Placement.Verdict.FITS : Placement.Verdict.DOES_NOT_FIT,
            d.verdict(),
            () -> text(p));
        assertTrue(!fits || sweep(p, d.solution().offsets()) <= capacity);
      }
    }
  }

  /** The search alone, so that greedy results don't hide what it misses. */
  @Test
  void theSearchFindsASolutionInEveryOrderWhereThereIsOne() {
    Random random = new Random(8);
    for (int trial = 0; trial < 3000; trial++) {
      Placement.Problem p = level(random, 4 + random.nextInt(5), 6 + random.nextInt(6));
      long optimum = optimum(p);
      Sections sections = Sections.of(p);
      int[] order = shuffled(p.count(), random);
      for (long capacity = optimum - 1; capacity <= optimum; capacity++) {
        Ledger ledger = new Ledger(1_000_000, Placement.Limits.NO_DEADLINE);
        ledger.allow(Long.MAX_VALUE);
        SectionSearch search =
            new SectionSearch(
                sections,
                order,
                capacity,
                ledger,
                new long[sections.width()],
                new FailedParts(p.count()),
                trial % 2 == 0);
        SectionSearch.Outcome expected =
            capacity < optimum ? SectionSearch.Outcome.EXHAUSTED : SectionSearch.Outcome.FOUND;
        assertEquals(expected, search.run(), () -> text(p) + " in " + Arrays.toString(order));
        if (capacity == optimum) {
          assertEquals(optimum, sweep(p, search.offsets()));
        }
      }
    }
  }

  @Test
  void anotherRunGivesTheSameOffsetsAndNodes() {
    Random random = new Random(2);
    for (int trial = 0; trial < 20; trial++) {
      Placement.Problem p = random(random, 80, 30, 1000);
      Placement.Solution a = Placement.solve(p, Placement.Limits.ofNodes(3000));
      Placement.Solution b = Placement.solve(p, Placement.Limits.ofNodes(3000));
      assertArrayEquals(a.offsets(), b.offsets());
      assertEquals(a.nodes(), b.nodes());
    }
  }

  @Test
  void largeRandomProblemsNeverOverlap() {
    Random random = new Random(4);
    for (int count : new int[] {500, 2000, 5000}) {
      Placement.Problem p = random(random, count, count / 2, 100_000);
      Placement.Solution s = Placement.solve(p, Placement.Limits.ofNodes(1000));
      assertEquals(sweep(p, s.offsets()), s.bytes());
      assertTrue(s.provenBytes() >= p.loadBound() && s.bytes() >= s.provenBytes());
    }
  }

  @Test
  void shapesWithAKnownAnswerAreSolved() {
    int n = 600;
    int[] index = new int[n];
    Arrays.setAll(index, i -> i);
    long[] same = new long[n];
    Arrays.fill(same, 64);
    long[] growing = Arrays.stream(index).mapToLong(i -> i + 1).toArray();
    int[] late = Arrays.stream(index).map(i -> i + 3).toArray();
    int[] nested = Arrays.stream(index).map(i -> 2 * n - i).toArray();
    assertReachesLoad(new Placement.Problem(same, index, late));
    assertReachesLoad(new Placement.Problem(growing, index, nested));
    assertReachesLoad(new Placement.Problem(growing, index, late));
    // One long thin life beside many short fat ones.
    int[] next = Arrays.stream(index).map(i -> i + 1).toArray();
    next[0] = n;
    assertReachesLoad(new Placement.Problem(growing, index, next));
  }

  @Test
  void buffersOfNoSizeTakeNoPlace() {
    Placement.Problem p =
        new Placement.Problem(new long[] {0, 5, 0}, new int[] {0, 0, 1}, new int[] {3, 2, 2});
    assertArrayEquals(new long[] {0, 0, 0}, Placement.solve(p).offsets());
    assertEquals(5, Placement.solve(p).bytes());
  }

  @Test
  void whatCannotBeIsToldByBuffer() {
    assertComplaint("buffer 1", () -> problem(new long[] {1, 1}, new int[] {0, 4}, 4));
    assertComplaint("buffer 0", () -> problem(new long[] {-1}, new int[] {0}, 4));
    assertComplaint("buffer 0", () -> problem(new long[] {3}, new int[] {-1}, 4));
    assertComplaint(
        "buffer 1",
        () -> problem(new long[] {Long.MAX_VALUE / 9, Long.MAX_VALUE}, new int[] {0, 1}, 4));
  }

  private static Placement.Problem problem(long[] sizes, int[] from, int to) {
    int[] ends = new int[sizes.length];
    Arrays.fill(ends, to);
    return new Placement.Problem(sizes, from, ends);
  }

  private static void assertComplaint(String start, Supplier<Placement.Problem> bad) {
    PlanException e = assertThrows(PlanException.class, bad::get);
    assertTrue(e.getMessage().startsWith(start + ":"), e.getMessage());
  }

  private static void assertReachesLoad(Placement.Problem p) {
    Placement.Solution s = Placement.solve(p);
    assertEquals(p.loadBound(), sweep(p, s.offsets()));
    assertEquals(p.loadBound(), s.bytes());
  }

  /** Walks through time with a map of what is live by offset; returns the highest byte used. */
  static long sweep(Placement.Problem p, long[] offsets) {
    int steps = Arrays.stream(p.to()).max().orElse(0);
    TreeMap<Long, Integer> live = new TreeMap<>();
    long top = 0;
    for (int t = 0; t <= steps; t++) {
      int now = t;
      live.values().removeIf(i -> p.to()[i] <= now);
      for (int i = 0; i < p.count(); i++) {
        if (p.from()[i] == t && p.sizes()[i] > 0) {
          long end = offsets[i] + p.sizes()[i];
          var below = live.lowerEntry(end);
          assertTrue(
              offsets[i] >= 0
                  && (below == null
                      || offsets[below.getValue()] + p.sizes()[below.getValue()] <= offsets[i]),
              "buffer " + i + " overlaps another");
          live.put(offsets[i], i);
          top = Math.max(top, end);
        }
      }
    }
    return top;
  }

  /** Every assignment of offsets, one buffer after the other, without any idea of order. */
  private static long optimum(Placement.Problem p) {
    long capacity = p.loadBound();
    while (!fits(p, new long[p.count()], 0, capacity)) {
      capacity++;
    }
    return capacity;
  }

  private static boolean fits(Placement.Problem p, long[] offsets, int next, long capacity) {
    if (next == p.count()) {
      return true;
    }
    for (long at = 0; at + p.sizes()[next] <= capacity; at++) {
      boolean free = true;
      for (int i = 0; i < next && free; i++) {
        boolean together = p.from()[i] < p.to()[next] && p.from()[next] < p.to()[i];
        boolean apart = offsets[i] + p.sizes()[i] <= at || at + p.sizes()[next] <= offsets[i];
        free = !together || apart;
      }
      offsets[next] = at;
      if (free && fits(p, offsets, next + 1, capacity)) {
        return true;
      }
    }
    return false;
  }

  private static int[] shuffled(int count, Random random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int k = random.nextInt(i + 1);
      order[i] = order[k];
      order[k] = i;
    }
    return order;
  }

  private static Placement.Problem random(Random random, int count, int steps, int largest) {
    long[] sizes = new long[count];
    int[] from = new int[count];
    int[] to = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = 1 + random.nextInt(largest);
      from[i] = random.nextInt(steps);
      to[i] = from[i] + 1 + random.nextInt(Math.min(steps - from[i], 1 + steps / 2));
    }
    return new Placement.Problem(sizes, from, to);
  }

  /**
   * Rectangles until the load is nearly level: there optima lie above the load now and then. In the
   * order of their starts.
   */
  private static Placement.Problem level(Random random, int capacity, int steps) {
    int[] load = new int[steps];
    List<int[]> rows = new ArrayList<>();
    for (int trial = 0; trial < 120; trial++) {
      int from = random.nextInt(steps);
      int to = from + 1 + random.nextInt(Math.min(4, steps - from));
      int size = 1 + random.nextInt(Math.max(2, capacity / 2));
      if (Arrays.stream(load, from, to).max().orElseThrow() + size <= capacity) {
        for (int t = from; t < to; t++) {
          load[t] += size;
        }
        rows.add(new int[] {size, from, to});
      }
    }
    rows.sort(Comparator.comparingInt(r -> r[1]));
    return new Placement.Problem(
        rows.stream().mapToLong(r -> r[0]).toArray(),
        rows.stream().mapToInt(r -> r[1]).toArray(),
        rows.stream().mapToInt(r -> r[2]).toArray());
  }

  private static String text(Placement.Problem p) {
    return Arrays.toString(p.sizes())
        + " from "
        + Arrays.toString(p.from())
        + " to "
        + Arrays.toString(p.to());
  }
}
