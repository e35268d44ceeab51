package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dives, against the rule they follow, written without any structure. */
class DiveTest {
  @Test
  void whoeverCanLieLowestComesNextAndOfTheseTheFirstOfTheOrder() {
    Random random = new Random(6);
    for (int trial = 0; trial < 1000; trial++) {
      Placement.Problem p = random(random, random.nextInt(70), 1 + random.nextInt(40));
      Sections s = Sections.of(p);
      int[] order = new Orders(s).by("AZ");
      assertArrayEquals(plainly(p, order), Dive.offsets(s, order));
    }
  }

  /** Fifty thousand in a row, in whichever direction, take no more stack than ten do. */
  @Test
  void longRowsAreNoDeepRecursion() {
    int count = 50_000;
    int[] from = new int[count];
    int[] to = new int[count];
    long[] sizes = new long[count];
    Arrays.setAll(from, i -> i);
    Arrays.setAll(to, i -> i + 1);
    for (int sign : new int[] {1, -1}) {
      Arrays.setAll(sizes, i -> 100_000 + sign * i);
      Sections s = Sections.of(new Placement.Problem(sizes, from, to));
      assertArrayEquals(new long[count], Dive.offsets(s, new Orders(s).by("Z")));
    }
  }

  @Test
  void sectionsKeepWhoMeetsWhom() {
    Random random = new Random(9);
    for (int trial = 0; trial < 300; trial++) {
      Placement.Problem p = random(random, 1 + random.nextInt(30), 1 + random.nextInt(30));
      Sections s = Sections.of(p);
      for (int a = 0; a < p.count(); a++) {
        for (int b = 0; b < p.count(); b++) {
          boolean inSections = s.low()[a] < s.high()[b] && s.low()[b] < s.high()[a];
          assertEquals(meet(p, a, b), inSections);
        }
      }
      assertEquals(Arrays.stream(p.loads()).max().orElseThrow(), s.loadBound());
    }
  }

  private static long[] plainly(Placement.Problem p, int[] order) {
    long[] offsets = new long[p.count()];
    boolean[] placed = new boolean[p.count()];
    for (int n = 0; n < p.count(); n++) {
      int next = -1;
      long lowest = Long.MAX_VALUE;
      for (int b : order) {
        long at = 0;
        for (int c = 0; c < p.count(); c++) {
          at = placed[c] && meet(p, b, c) ? Math.max(at, offsets[c] + p.sizes()[c]) : at;
        }
        if (!placed[b] && at < lowest) {
          lowest = at;
          next = b;
        }
      }
      offsets[next] = lowest;
      placed[next] = true;
    }
    return offsets;
  }

  private static boolean meet(Placement.Problem p, int a, int b) {
    return p.from()[a] < p.to()[b] && p.from()[b] < p.to()[a];
  }

  private static Placement.Problem random(Random random, int count, int steps) {
    long[] sizes = new long[count];
    int[] from = new int[count];
    int[] to = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = 1 + random.nextInt(6);
      from[i] = random.nextInt(steps);
      to[i] = from[i] + 1 + random.nextInt(steps - from[i]);
    }
    return new Placement.Problem(sizes, from, to);
  }
}
