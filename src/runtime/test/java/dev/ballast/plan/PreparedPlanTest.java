package dev.ballast.plan;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.op.Ops;
import dev.ballast.op.Packed;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What runs once before all runs: where it lies, and that nothing spoils it. */
class PreparedPlanTest {
  private static final int PACKED_BYTES = 48 * 40 * 4;

  /** y = exp(x · pack(wᵀ · 2)), in several steps. */
  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("prepared");
    Expr x = b.input("x", f32(8, 40));
    Expr w = b.parameter("w", f32(40, 40));
    Expr panels =
        b.during(
            Phase.PREPARE,
            () ->
                b.apply(
                    new Packed.PackColumns(true, 48),
                    Ops.mul(Ops.transpose(w), Ops.constant(w, 2))));
    Expr h = Ops.sin(b.apply(new Packed.MatMulPacked(false, 40), x, panels));
    b.output("y", Ops.exp(b.apply(new Packed.MatMulPacked(false, 40), h, panels)));
    return b.build();
  }

  private static Plan plan() {
    return Planner.plan(graph(), PlanOptions.defaults());
  }

  private static Plan with(Plan p, UnaryOperator<Buffer> change) {
    List<Buffer> buffers = p.buffers().stream().map(change).toList();
    List<Place> places =
        p.places().stream()
            .map(at -> new Place(buffers.get(at.buffer().id()), at.byteOffset()))
            .toList();
    return new Plan(p.graph(), p.options(), p.steps(), buffers, places, p.noReuseBytes());
  }

  private static Buffer in(Buffer b, Region region, long offset) {
    return new Buffer(
        b.id(), region, b.name(), b.phase(), offset, b.bytes(), b.from(), b.to(), b.values());
  }

  private static void assertCaught(String complaint, Plan plan) {
    Throwable e = assertThrows(PlanException.class, () -> PlanVerifier.verify(plan));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  @Test
  void whatRunsReadHasARegionOfItsOwnAndCounts() {
    Plan plan = plan();
    assertEquals(1, plan.buffers(Region.PREPARED).size());
    assertEquals(PACKED_BYTES, plan.bytes(Region.PREPARED));
    long others = plan.bytes(Region.WEIGHTS) + plan.bytes(Region.IO) + plan.bytes(Region.SCRATCH);
    assertEquals(others + PACKED_BYTES, plan.arenaBytes());
    assertTrue(plan.toString().contains("  PREPARED          7,680 bytes     1 buffers\n"));
    assertTrue(plan.lowerBoundBytes() <= plan.arenaBytes());
  }

  @Test
  void aPlanThatPreparesNothingDoesNotSpeakOfIt() {
    GraphBuilder b = new GraphBuilder("plain");
    b.output("y", Ops.exp(b.input("x", f32(4))));
    assertTrue(!Planner.plan(b.build(), PlanOptions.defaults()).toString().contains("PREPARED"));
  }

  @Test
  void preparationComesFirstWhateverTheOrder() {
    for (PlanRule rule : PlanRule.values()) {
      Plan plan = Planner.plan(graph(), PlanOptions.defaults().without(rule));
      List<Boolean> prepares = plan.steps().stream().map(Step::node).map(Node::prepares).toList();
      assertEquals(List.of(true, true, true, false, false, false, false), prepares);
    }
  }

  @Test
  void aStepThatWritesOverWhatWasPreparedIsCaught() {
    Plan plan = plan();
    Buffer packed = plan.buffers(Region.PREPARED).getFirst();
    int caught = 0;
    for (Buffer b : plan.buffers()) {
      boolean ofRuns = b.region() == Region.SCRATCH && b.from() >= 3;
      if (ofRuns || b.name().equals("exp")) {
        assertCaught(
            "", with(plan, x -> x.id() == b.id() ? in(x, Region.PREPARED, packed.offset()) : x));
        caught++;
      }
    }
    assertTrue(caught >= 2, caught + " buffers of runs");
  }

  @Test
  void whatWasPreparedMustNotLieInScratch() {
    Plan plan = plan();
    int id = plan.buffers(Region.PREPARED).getFirst().id();
    long end = plan.bytes(Region.SCRATCH);
    assertCaught(
        "is prepared for all runs, but does not lie with what is kept for them",
        with(plan, x -> x.id() == id ? in(x, Region.SCRATCH, end) : x));
  }

  @Test
  void aStepThatReadsBeforeThePreparationIsCaught() {
    Plan plan = plan();
    List<Step> steps = new ArrayList<>(plan.steps());
    steps.add(0, steps.remove(3));
    Plan faulty = new Plan(plan.graph(), plan.options(), steps, plan.buffers(), plan.places(), 0);
    assertCaught("prepares for runs within one", faulty);
  }

  @Test
  void whatOnlyPreparationReadsLiesInScratch() {
    Plan plan = plan();
    for (Step s : plan.steps().subList(0, 2)) {
      Buffer b = plan.place(s.node().results().getFirst()).buffer();
      assertEquals(Region.SCRATCH, b.region());
      assertTrue(b.to() <= 3, b.toString());
    }
  }

  @Test
  void nothingPreparedIsComputedAgainUnderABudget() {
    Plan whole = plan();
    Plan same = Planner.plan(graph(), PlanOptions.defaults().withBudget(whole.arenaBytes()));
    assertEquals(whole.arenaBytes(), same.arenaBytes());
    assertEquals(Recomputation.NONE, same.recomputation());
    var e =
        assertThrows(
            PlanException.class,
            () -> Planner.plan(graph(), PlanOptions.defaults().withBudget(9000)));
    assertTrue(e.getMessage().contains("fits 9,000 bytes: the smallest found"), e.getMessage());
    assertEquals(
        whole.arenaBytes(), Planner.smallest(graph(), PlanOptions.defaults()).arenaBytes());
  }
}
