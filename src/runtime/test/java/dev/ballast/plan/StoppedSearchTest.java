package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A search that ran out of nodes has proven nothing. The problems are rectangles cut into buffers,
 * so their smallest height is known without any search: that of the rectangle.
 */
class StoppedSearchTest {
  private static final int HEIGHT = 1 << 12;
  private static final int STEPS = 96;

  private record Rectangle(int from, int to, int low, int high) {}

  @Test
  void nothingIsProvenOfACapacityThatWasNotSearchedToItsEnd() {
    int missed = 0;
    for (int seed = 0; seed < 60; seed++) {
      Placement.Problem p = cut(new Random(seed), 120);
      assertEquals(HEIGHT, p.loadBound());
      for (long nodes : new long[] {1, 40}) {
        Placement.Solution s = Placement.solve(p, Placement.Limits.ofNodes(nodes));
        assertTrue(s.bytes() >= HEIGHT, "seed " + seed);
        assertEquals(HEIGHT, s.provenBytes(), "seed " + seed + ": the height can be had");
        missed += s.bytes() > HEIGHT ? 1 : 0;
      }
    }
    assertTrue(missed >= 20, "only " + missed + " searches were stopped: too easy to tell");
  }

  private static Placement.Problem cut(Random random, int pieces) {
    List<Rectangle> whole = new ArrayList<>(List.of(new Rectangle(0, STEPS, 0, HEIGHT)));
    while (whole.size() < pieces) {
      Rectangle r = whole.remove(random.nextInt(whole.size()));
      boolean across = random.nextBoolean();
      int size = across ? r.to() - r.from() : r.high() - r.low();
      if (size < 2) {
        whole.add(r);
        continue;
      }
      int at = 1 + random.nextInt(size - 1);
      if (across) {
        whole.add(new Rectangle(r.from(), r.from() + at, r.low(), r.high()));
        whole.add(new Rectangle(r.from() + at, r.to(), r.low(), r.high()));
      } else {
        whole.add(new Rectangle(r.from(), r.to(), r.low(), r.low() + at));
        whole.add(new Rectangle(r.from(), r.to(), r.low() + at, r.high()));
      }
    }
    return new Placement.Problem(
        whole.stream().mapToLong(r -> r.high() - r.low()).toArray(),
        whole.stream().mapToInt(Rectangle::from).toArray(),
        whole.stream().mapToInt(Rectangle::to).toArray());
  }
}
