package dev.ballast.plan;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A bug planted in each phase: the graph's verifier or the plan's catches it. */
class PlantedBugsTest {
  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr x = b.input("x", f32(64));

  /** An order that forgets one dependency. */
  @Test
  void aStepBeforeWhatItReadsIsCaught() {
    int planted = 0;
    for (long seed = 0; seed < 40; seed++) {
      Graph g = RandomGraphs.of(seed, 24);
      OrderProblem p = OrderProblem.of(g, Joins.NONE, true);
      int[] order = p.identity();
      int late = new Random(seed).nextInt(order.length - 1) + 1;
      if (p.before()[late].length > 0) {
        int early = p.before()[late][p.before()[late].length - 1];
        System.arraycopy(p.identity(), early, order, early + 1, late - early);
        order[early] = late;
        assertTrue(!p.allows(order));
        var e = assertThrows(IllegalStateException.class, () -> Order.apply(g, order));
        assertTrue(
            e.getMessage().contains("before it is computed")
                || e.getMessage().contains("after its update"),
            e.getMessage());
        planted++;
      }
    }
    assertTrue(planted > 20, planted + " bugs were planted");
  }

  @Test
  void anUpdateBeforeAReaderIsCaught() {
    Expr w = b.parameter("w", f32(64));
    Expr y = Ops.mul(x, w);
    b.update(w, Ops.assign(w, x));
    b.output("y", y);
    Graph g = b.build();
    var e = assertThrows(IllegalStateException.class, () -> Order.apply(g, new int[] {1, 0}));
    assertEquals("invalid graph: node 1 mul reads 'w' after its update", e.getMessage());
  }

  /** The result lies over an input that is read again. */
  @Test
  void writingOverWhatIsStillReadIsCaught() {
    Expr y = Ops.exp(x);
    Expr z = Ops.sin(y);
    b.output("sum", Ops.sum(Ops.mul(y, z)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    List<Place> places = new ArrayList<>(plan.places());
    places.set(z.value().id(), plan.place(y.value()));
    assertCaught("reads " + y.value().label() + ", which was overwritten", with(plan, places));
  }

  private Plan joined(Expr a, Expr c) {
    b.output("y", Ops.sum(Ops.neg(Ops.concat(0, a, c))));
    b.output("z", Ops.sum(Ops.square(a)));
    Graph g = b.build();
    assertEquals(2, Joins.choose(g, true).parts().size());
    return Planner.plan(g, PlanOptions.defaults().without(PlanRule.REORDER));
  }

  /** A part that is not where the kernel takes it to be. */
  @Test
  void aPartAtAnotherPlaceIsCaught() {
    Expr a = Ops.exp(x);
    Expr c = Ops.sin(x);
    Plan plan = joined(a, c);
    List<Place> places = new ArrayList<>(plan.places());
    places.set(a.value().id(), plan.place(c.value()));
    places.set(c.value().id(), plan.place(a.value()));
    assertCaught("overlaps input", with(plan, places));
  }

  /** A part that something else is written over, before the whole is made. */
  @Test
  void aPartThatIsOverwrittenIsCaught() {
    Expr a = Ops.exp(x);
    Expr c = Ops.sin(Ops.cos(x));
    Plan plan = joined(a, c);
    Value inner = plan.graph().nodes().get(1).results().getFirst();
    List<Place> places = new ArrayList<>(plan.places());
    places.set(inner.id(), plan.place(a.value()));
    assertCaught("reads " + a.value().label() + ", which was overwritten", with(plan, places));
  }

  /** Lives that are a step too short: what is placed by them is refused, or does no harm. */
  @Test
  void buffersThatEndTooEarlyOrBeginTooLateAreCaught() {
    int caught = 0;
    for (long seed = 0; seed < 30; seed++) {
      Plan plan = Planner.plan(RandomGraphs.of(seed, 30), PlanOptions.defaults());
      Outcome expected = run(plan);
      for (Buffer wrong : plan.buffers(Region.SCRATCH)) {
        for (boolean end : new boolean[] {false, true}) {
          if (wrong.to() - wrong.from() > 1) {
            Plan faulty = replaced(plan, wrong, end);
            try {
              PlanVerifier.verify(faulty);
              run(faulty).assertSameBits(expected);
            } catch (PlanException e) {
              caught++;
            }
          }
        }
      }
    }
    assertTrue(caught > 200, caught + " were caught");
  }

  private static Plan replaced(Plan plan, Buffer wrong, boolean end) {
    List<Buffer> scratch = plan.buffers(Region.SCRATCH);
    Placement.Problem p = Planner.problem(scratch);
    int at = scratch.indexOf(wrong);
    p.to()[at] -= end ? 1 : 0;
    p.from()[at] += end ? 0 : 1;
    long[] offsets = Placement.solve(p).offsets();
    List<Buffer> buffers = new ArrayList<>(plan.buffers());
    for (int i = 0; i < offsets.length; i++) {
      Buffer moved = scratch.get(i).at(offsets[i]);
      buffers.set(moved.id(), moved);
    }
    List<Place> places =
        plan.places().stream()
            .map(q -> new Place(buffers.get(q.buffer().id()), q.byteOffset()))
            .toList();
    // Poison would fill what the plan calls dead, which here is right.
    return new Plan(
        plan.graph(), plan.options(), plan.steps(), buffers, places, plan.noReuseBytes());
  }

  private static Outcome run(Plan plan) {
    Feed feed = Feed.random(plan.graph(), 5, -1, 1);
    try (Session s = Session.open(plan, SessionOptions.defaults())) {
      return feed.run(s, 2);
    }
  }

  private static Plan with(Plan p, List<Place> places) {
    return new Plan(p.graph(), p.options(), p.steps(), p.buffers(), places, p.noReuseBytes());
  }

  private static void assertCaught(String complaint, Plan plan) {
    Throwable e = assertThrows(PlanException.class, () -> PlanVerifier.verify(plan));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }
}
