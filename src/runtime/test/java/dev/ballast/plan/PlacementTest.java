package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Offsets for invented buffers. */
class PlacementTest {
  /** Rows of size, from, to. */
  private static Placement.Problem problem(int[]... rows) {
    return new Placement.Problem(
        Arrays.stream(rows).mapToLong(r -> r[0]).toArray(),
        Arrays.stream(rows).mapToInt(r -> r[1]).toArray(),
        Arrays.stream(rows).mapToInt(r -> r[2]).toArray());
  }

  private static int[] row(int size, int from, int to) {
    return new int[] {size, from, to};
  }

  private record Known(Placement.Problem problem, long optimum) {}

  private static Map<String, Known> known() {
    Map<String, Known> known = new LinkedHashMap<>();
    known.put("nothing", new Known(problem(), 0));
    known.put("one", new Known(problem(row(7, 2, 3)), 7));
    known.put("in turn", new Known(problem(row(5, 0, 2), row(8, 2, 4), row(3, 4, 9)), 8));
    known.put("together", new Known(problem(row(5, 0, 9), row(8, 1, 3), row(3, 2, 4)), 16));
    known.put(
        "stairs up and down",
        new Known(
            problem(row(4, 0, 8), row(3, 1, 7), row(2, 2, 6), row(1, 3, 5), row(9, 8, 9)), 10));
    known.put(
        "a large one late, which must lie below",
        new Known(problem(row(1, 0, 3), row(1, 1, 5), row(3, 3, 5), row(2, 1, 3)), 4));
    known.put(
        "two long lives around short ones",
        new Known(
            problem(row(4, 0, 3), row(4, 3, 9), row(4, 0, 9), row(4, 9, 21), row(4, 0, 21)), 12));
    return known;
  }

  @TestFactory
  Stream<DynamicTest> knownOptimaAreFound() {
    return known().entrySet().stream()
        .map(
            e ->
                dynamicTest(
                    e.getKey(),
                    () -> {
                      Placement.Solution s = Placement.solve(e.getValue().problem());
                      assertSound(e.getValue().problem(), s);
                      assertEquals(e.getValue().optimum(), s.bytes());
                    }));
  }

  @Test
  void loadsAreSumsOfWhatIsLive() {
    Placement.Problem p = problem(row(5, 0, 2), row(8, 1, 4), row(3, 3, 4));
    assertArrayEquals(new long[] {5, 13, 8, 11}, p.loads());
    assertEquals(13, p.loadBound());
  }

  @Test
  void randomProblemsNeverOverlap() {
    Random random = new Random(7);
    int optimal = 0;
    for (int trial = 0; trial < 300; trial++) {
      Placement.Problem p = random(random, 1 + random.nextInt(60), 1 + random.nextInt(40));
      Placement.Solution s = Placement.solve(p);
      assertSound(p, s);
      assertArrayEquals(s.offsets(), Placement.solve(p).offsets(), "another run, another result");
      optimal += s.bytes() == p.loadBound() ? 1 : 0;
    }
    assertTrue(optimal > 200, "only " + optimal + " of 300 reach the bound");
  }

  /** Every order of placing at the lowest gap, of few buffers: the best of these is the optimum. */
  @Test
  void smallProblemsComeCloseToTheOptimum() {
    Random random = new Random(11);
    int optimal = 0;
    for (int trial = 0; trial < 200; trial++) {
      Placement.Problem p = random(random, 6, 8);
      long best = best(p, new ArrayList<>(), new long[p.count()]);
      long found = Placement.solve(p).bytes();
      assertTrue(found >= best && found <= 1.3 * best, found + " bytes, possible are " + best);
      optimal += found == best ? 1 : 0;
    }
    assertTrue(optimal >= 180, "only " + optimal + " of 200 are optimal");
  }

  private static long best(Placement.Problem p, List<Integer> placed, long[] offsets) {
    if (placed.size() == p.count()) {
      return placed.stream().mapToLong(i -> offsets[i] + p.sizes()[i]).max().orElse(0);
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < p.count(); i++) {
      if (!placed.contains(i)) {
        offsets[i] = lowest(p, placed, offsets, i);
        placed.add(i);
        best = Math.min(best, best(p, placed, offsets));
        placed.removeLast();
      }
    }
    return best;
  }

  private static long lowest(Placement.Problem p, List<Integer> placed, long[] offsets, int i) {
    long at = 0;
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int k : placed) {
        boolean apart = at + p.sizes()[i] <= offsets[k] || offsets[k] + p.sizes()[k] <= at;
        if (meet(p, i, k) && !apart) {
          at = offsets[k] + p.sizes()[k];
          moved = true;
        }
      }
    }
    return at;
  }

  private static Placement.Problem random(Random random, int count, int steps) {
    int[][] rows = new int[count][];
    for (int i = 0; i < count; i++) {
      int from = random.nextInt(steps);
      rows[i] = row(1 + random.nextInt(20), from, from + 1 + random.nextInt(steps - from));
    }
    return problem(rows);
  }

  private static boolean meet(Placement.Problem p, int a, int b) {
    for (int t = p.from()[a]; t < p.to()[a]; t++) {
      if (p.from()[b] <= t && t < p.to()[b]) {
        return true;
      }
    }
    return false;
  }

  /** Looks at every pair, and at nothing else. */
  private static void assertSound(Placement.Problem p, Placement.Solution s) {
    assertEquals(p.count(), s.offsets().length);
    long top = 0;
    for (int a = 0; a < p.count(); a++) {
      long end = s.offsets()[a] + p.sizes()[a];
      top = Math.max(top, end);
      assertTrue(s.offsets()[a] >= 0);
      for (int b = 0; b < a; b++) {
        boolean share = s.offsets()[a] < s.offsets()[b] + p.sizes()[b] && s.offsets()[b] < end;
        assertFalse(share && meet(p, a, b), "buffers " + a + " and " + b + " overlap");
      }
    }
    assertEquals(top, s.bytes());
    assertTrue(s.bytes() >= p.loadBound(), s.bytes() + " is less than the bound");
  }
}
