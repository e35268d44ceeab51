package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Graph;
import dev.ballast.pass.Passes;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.PlanException;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Graphs grown from seeds under budgets drawn from seeds, dead memory poisoned: the bits of several
 * runs are those without a budget, or the refusal names a budget that then does.
 */
class RandomBudgetsTest {
  private static final int RUNS = 3;

  @TestFactory
  Stream<DynamicTest> aBudgetChangesNoBit() {
    return LongStream.range(0, 40)
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> compare(seed)));
  }

  private static void compare(long seed) {
    Random random = new Random(seed);
    Graph plain = RandomGraphs.of(seed, 30 + (int) (seed % 60));
    for (Graph g : List.of(plain, Passes.standard(plain))) {
      PlanOptions free =
          random.nextInt(4) == 0
              ? PlanOptions.defaults().without(PlanRule.IN_PLACE)
              : PlanOptions.defaults();
      Plan whole = Planner.plan(g, free);
      Plan smallest = Planner.smallest(g, free);
      long room = whole.arenaBytes() - smallest.arenaBytes();
      assertTrue(room >= 0, "the smallest plan is no larger");
      Outcome expected = Feed.random(g, seed, -1, 1).run(g, free, RUNS);
      for (double part : List.of(0.0, random.nextDouble(), random.nextDouble())) {
        long budget = smallest.arenaBytes() + (long) (part * room);
        Plan plan = Planner.plan(g, free.withBudget(budget));
        assertTrue(plan.arenaBytes() <= budget, "fits " + budget);
        assertHonest(g, plan);
        Feed.random(g, seed, -1, 1).run(g, free.withBudget(budget), RUNS).assertSameBits(expected);
      }
      assertRefusedOrMet(g, free.withBudget(smallest.arenaBytes() - 1), smallest.arenaBytes());
    }
  }

  /** The smallest plan is the smallest found: another search may find a smaller one. */
  private static void assertRefusedOrMet(Graph g, PlanOptions options, long found) {
    long budget = options.memoryBudget().orElseThrow();
    try {
      assertTrue(Planner.plan(g, options).arenaBytes() <= budget);
    } catch (PlanException e) {
      assertTrue(e.getMessage().contains("budget of " + found + " bytes or more"), e.getMessage());
    }
  }

  private static void assertHonest(Graph g, Plan plan) {
    Recomputation r = plan.recomputation();
    assertEquals(plan.graph().flops() - g.flops(), r.extraFlops());
    assertTrue(r.boundFlops() <= r.extraFlops(), r + ": a bound above what was found");
    assertTrue(r.nodes() > 0 || r.extraFlops() == 0, r.toString());
  }
}
