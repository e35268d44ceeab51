package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.PlanException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deep networks under budgets. */
class RecomputeTest {
  private static final PlanOptions FREE = PlanOptions.defaults();

  private static Graph net(String kind, int depth, int width, int batch, double dropout) {
    return kind.equals("mlp")
        ? DeepTraining.mlp(depth, width, batch, dropout)
        : DeepTraining.residual(depth, width, batch, dropout);
  }

  private static long kept(Plan p) {
    return p.arenaBytes() - p.bytes(Region.SCRATCH);
  }

  /**
   * A chain of n layers in √n segments keeps √n activations and computes √n again at a time (Chen
   * et al. 2016): 2√n, and a few for the layer at work, where keeping all takes n at least.
   */
  @ParameterizedTest
  @CsvSource({"mlp,16", "mlp,64", "mlp,256", "residual,16", "residual,64", "residual,256"})
  void deepNetsTrainInTheRootOfTheirDepthForOneMoreForwardPass(String kind, int depth) {
    int perLayer = kind.equals("mlp") ? 1 : 2;
    Graph g = net(kind, depth, 32, 512, 0);
    long activation = 32 * 512 * Float.BYTES;
    Plan whole = Planner.plan(g, FREE);
    assertTrue(whole.bytes(Region.SCRATCH) >= perLayer * depth * activation);
    long root = (long) (activation * (2 * Math.sqrt(depth * (double) perLayer) + 6));
    Plan plan = Planner.plan(g, FREE.withBudget(kept(whole) + root));
    assertTrue(plan.bytes(Region.SCRATCH) <= root);
    long extra = plan.recomputation().extraFlops();
    assertTrue(
        extra <= DeepTraining.forwardFlops(g),
        () ->
            "computes " + (double) extra / DeepTraining.forwardFlops(g) + " forward passes again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "residual"})
  void halfTheActivationsCostHardlyMoreThanAnyPlanMust(String kind) {
    Graph g = net(kind, 64, 32, 512, 0);
    Plan whole = Planner.plan(g, FREE);
    long half = kept(whole) + whole.bytes(Region.SCRATCH) / 2;
    Recomputation r = Planner.plan(g, FREE.withBudget(half)).recomputation();
    assertTrue(r.boundFlops() > 0);
    assertTrue(r.boundFlops() <= r.extraFlops());
    assertTrue(r.extraFlops() <= 1.15 * r.boundFlops(), r.toString());
  }

  /** No point of the curve lies far above the line between its neighbours. */
  @ParameterizedTest
  @ValueSource(strings = {"mlp", "residual"})
  void theCurveOfBytesAgainstComputationIsConvex(String kind) {
    Graph g = net(kind, 64, 32, 512, 0);
    List<Plan> curve = BudgetSweep.of(g, FREE, 10);
    assertTrue(curve.size() >= 8, curve.size() + " points");
    assertEquals(0, curve.getFirst().recomputation().extraFlops());
    double noise = 0.04 * DeepTraining.forwardFlops(g);
    for (int i = 1; i + 1 < curve.size(); i++) {
      Plan a = curve.get(i - 1);
      Plan b = curve.get(i);
      Plan c = curve.get(i + 1);
      double part = (double) (a.arenaBytes() - b.arenaBytes()) / (a.arenaBytes() - c.arenaBytes());
      double chord =
          a.recomputation().extraFlops() * (1 - part) + c.recomputation().extraFlops() * part;
      assertTrue(a.arenaBytes() > b.arenaBytes() && b.arenaBytes() > c.arenaBytes());
      assertTrue(
          b.recomputation().extraFlops() <= chord + noise,
          i + ": " + b.recomputation() + " above " + chord);
    }
  }

  @ParameterizedTest
  @CsvSource({"mlp,0", "mlp,0.3", "residual,0", "residual,0.3"})
  void severalStepsGiveTheBitsOfThePlanWithoutABudget(String kind, double dropout) {
    Graph g = net(kind, 12, 16, 24, dropout);
    Feed feed = Feed.random(g, 5, -0.5, 0.5);
    Outcome expected = feed.run(g, FREE, 4);
    Plan whole = Planner.plan(g, FREE);
    Plan smallest = Planner.smallest(g, FREE);
    assertTrue(smallest.arenaBytes() < whole.arenaBytes());
    for (double part : List.of(0.0, 0.2, 0.6)) {
      long room = whole.arenaBytes() - smallest.arenaBytes();
      PlanOptions options = FREE.withBudget(smallest.arenaBytes() + (long) (part * room));
      assertTrue(Planner.plan(g, options).recomputation().nodes() > 0);
      feed.run(g, options, 4).assertSameBits(expected);
    }
  }

  @Test
  void aBudgetThatIsLargeEnoughChangesNothing() {
    Graph g = net("mlp", 4, 16, 24, 0);
    Plan whole = Planner.plan(g, FREE);
    Plan plan = Planner.plan(g, FREE.withBudget(whole.arenaBytes()));
    assertEquals(Recomputation.NONE, plan.recomputation());
    assertEquals(whole.buffers(), plan.buffers());
  }

  @Test
  void aBudgetThatIsTooSmallIsRefusedWithTheSmallestThatDoes() {
    Graph g = net("mlp", 12, 16, 24, 0);
    Plan smallest = Planner.smallest(g, FREE);
    String refusal =
        assertThrows(PlanException.class, () -> Planner.plan(g, FREE.withBudget(1000)))
            .getMessage();
    Step peak = smallest.steps().get(smallest.peakStep());
    assertTrue(refusal.startsWith("no plan of " + g.name() + " fits 1,000 bytes"), refusal);
    assertTrue(
        refusal.contains("peak is step " + peak.index() + ", " + peak.node().op().name()), refusal);
    for (Buffer b : smallest.buffers(Region.SCRATCH)) {
      if (b.isLiveAt(peak.index()) && b.bytes() >= 24 * 16 * Float.BYTES) {
        assertTrue(refusal.contains(b.name()), b.name() + " in " + refusal);
      }
    }
    assertTrue(
        refusal.contains("a budget of " + smallest.arenaBytes() + " bytes or more"), refusal);
    Planner.plan(g, FREE.withBudget(smallest.arenaBytes()));
  }

  @Test
  void whereNothingIsReusedNothingIsGainedByComputingAgain() {
    Graph g = net("mlp", 4, 16, 24, 0);
    PlanOptions apart = FREE.withReuse(false);
    long needed = Planner.plan(g, apart).arenaBytes();
    assertThrows(PlanException.class, () -> Planner.plan(g, apart.withBudget(needed - 1)));
  }

  @Test
  void theSamePlanIsFoundAgain() {
    Graph g = net("residual", 12, 16, 24, 0.3);
    Plan whole = Planner.plan(g, FREE);
    PlanOptions options = FREE.withBudget(kept(whole) + whole.bytes(Region.SCRATCH) / 2);
    Plan first = Planner.plan(g, options);
    Plan second = Planner.plan(net("residual", 12, 16, 24, 0.3), options);
    assertEquals(first.graph().toString(), second.graph().toString());
    assertEquals(first.buffers(), second.buffers());
  }
}
