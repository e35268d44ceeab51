package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.pass.PassRule;
import dev.ballast.pass.Passes;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Graphs grown from seeds, planned by rules drawn at random: the bits are those of no rule. */
class RandomRulesTest {
  private static final int RUNS = 3;
  private static final Set<PassRule> NO_FUSION = EnumSet.complementOf(EnumSet.of(PassRule.FUSE));

  private static Graph graph(long seed) {
    return RandomGraphs.of(seed, 20 + (int) (seed % 40));
  }

  private static <R extends Enum<R>> Set<R> some(Class<R> rules, Random random) {
    Set<R> some = EnumSet.allOf(rules);
    some.removeIf(r -> random.nextBoolean());
    return some;
  }

  @TestFactory
  Stream<DynamicTest> anyRulesGiveTheBitsOfNone() {
    return LongStream.range(100, 148)
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> planned(seed)));
  }

  private static void planned(long seed) {
    Random random = new Random(seed);
    Graph g = Passes.forRunning(graph(seed));
    Feed feed = Feed.random(g, seed, -1, 1);
    Outcome none = feed.run(g, PlanOptions.defaults().withReuse(false), RUNS);
    feed.run(g, PlanOptions.defaults(), RUNS).assertSameBits(none);
    for (int i = 0; i < 4; i++) {
      feed.run(g, new PlanOptions(some(PlanRule.class, random)), RUNS).assertSameBits(none);
    }
  }

  /** Of the rewrites one may change the last bits, by rounding once where there were two. */
  @TestFactory
  Stream<DynamicTest> anyRewritesGiveTheBitsOfNone() {
    return LongStream.range(200, 240)
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> rewritten(seed)));
  }

  private static void rewritten(long seed) {
    Random random = new Random(seed);
    Graph none = Passes.forRunning(graph(seed), Set.of());
    Feed feed = Feed.random(none, seed, -1, 1);
    Outcome expected = feed.run(none, PlanOptions.defaults(), RUNS);
    for (int i = 0; i < 3; i++) {
      Set<PassRule> rules = some(PassRule.class, random);
      Outcome actual =
          feed.run(Passes.forRunning(graph(seed), rules), PlanOptions.defaults(), RUNS);
      if (rules.contains(PassRule.ACCUMULATE)) {
        actual.assertClose(expected, 1e-5);
      } else {
        actual.assertSameBits(expected);
      }
    }
  }

  /** The two tests above would say little of a rule that never had anything to do. */
  @Test
  void everyRuleHasSomethingToDo() {
    int reordered = 0;
    int joined = 0;
    int accumulated = 0;
    int masked = 0;
    int fused = 0;
    int joinedLosses = 0;
    int summed = 0;
    int descents = 0;
    for (long seed = 100; seed < 240; seed++) {
      Graph g = Passes.forRunning(graph(seed));
      Plan plan = Planner.plan(g, PlanOptions.defaults());
      reordered += plan.ordering().bytes() < plan.ordering().givenBytes() ? 1 : 0;
      joined += Joins.choose(g, true).isEmpty() ? 0 : 1;
      accumulated += uses(g, "matmul_add") ? 1 : 0;
      masked += uses(Passes.forRunning(graph(seed), NO_FUSION), "select_bits") ? 1 : 0;
      fused += uses(g, "fused") ? 1 : 0;
      joinedLosses += uses(g, "cross_entropy_with_gradient") ? 1 : 0;
      summed += uses(g, "fused_sums") ? 1 : 0;
      descents += uses(g, "matmul_sgd") ? 1 : 0;
      Plan given = Planner.plan(g, PlanOptions.defaults().without(PlanRule.REORDER));
      assertTrue(plan.arenaBytes() <= given.arenaBytes());
      assertEquals(given.ordering().givenBytes(), plan.ordering().givenBytes());
    }
    assertTrue(
        reordered > 50 && joined > 20 && accumulated > 5 && masked > 1 && fused > 100,
        List.of(reordered, joined, accumulated, masked, fused).toString());
    assertTrue(
        joinedLosses > 50 && summed > 50 && descents > 50,
        List.of(joinedLosses, summed, descents).toString());
  }

  private static boolean uses(Graph g, String op) {
    return g.nodes().stream().map(Node::op).anyMatch(o -> o.name().equals(op));
  }
}
