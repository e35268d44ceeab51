package dev.ballast.plan;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.runtime.UserOps;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Values that share bytes though they must not: the plan's verifier says so. */
class SharingBugsTest {
  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr x = b.input("x", f32(16, 16));
  private final Expr w = b.parameter("w", f32(16, 16));

  private static Plan planned(Graph g) {
    return Planner.plan(g, PlanOptions.defaults());
  }

  private static Plan moved(Plan p, Value what, Place to) {
    List<Place> places = new ArrayList<>(p.places());
    places.set(what.id(), to);
    return new Plan(p.graph(), p.options(), p.steps(), p.buffers(), places, p.noReuseBytes());
  }

  private static void assertCaught(String complaint, Plan wrong) {
    Throwable e = assertThrows(PlanException.class, () -> PlanVerifier.verify(wrong));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  private static Node only(Graph g, String op) {
    List<Node> found = g.nodes().stream().filter(n -> n.op().name().equals(op)).toList();
    assertEquals(1, found.size(), op + " in " + g);
    return found.getFirst();
  }

  /** A product is added in place to its summand, and would be wrong over a factor. */
  @Test
  void aProductOverItsFactorIsCaught() {
    Expr a = Ops.exp(x);
    Expr c = Ops.sin(x);
    b.output("y", Ops.sum(Ops.neg(Ops.add(c, Ops.matmul(a, Ops.cos(x))))));
    Plan plan = planned(Passes.forRunning(b.build()));
    Node sum = only(plan.graph(), "matmul_add");
    Value result = sum.results().getFirst();
    assertEquals(plan.place(sum.inputs().get(0)), plan.place(result), "not in place");
    for (int factor : new int[] {1, 2}) {
      Value over = sum.inputs().get(factor);
      assertCaught(
          result.label() + " overlaps input " + over.label(),
          moved(plan, result, plan.place(over)));
    }
  }

  /** Where the summand is a factor too, the op must not run in place at all. */
  @Test
  void aProductAddedOverItsOwnFactorIsCaught() {
    Expr a = Ops.exp(x);
    b.output("y", Ops.sum(Ops.neg(Ops.add(a, Ops.matmul(a, Ops.cos(x))))));
    Plan plan = planned(Passes.forRunning(b.build()));
    Node sum = only(plan.graph(), "matmul_add");
    Value result = sum.results().getFirst();
    assertCaught(
        result.label() + " overlaps input",
        moved(plan, result, plan.place(sum.inputs().getFirst())));
  }

  /** What only a sign is read of is kept as bits; these must live as long as the tensor would. */
  @Test
  void aBitMaskThatIsWrittenOverIsCaught() {
    Graph g = DeepTraining.mlp(3, 16, 64, 0.3);
    List<Node> masks =
        g.nodes().stream().filter(n -> n.op().name().endsWith("positive_bits")).toList();
    assertTrue(masks.size() >= 2, "masks are made in " + g);
    Plan plan = planned(g);
    int caught = 0;
    for (Node maker : masks) {
      Value mask = maker.results().getFirst();
      Node reader = g.users().get(mask.id()).isEmpty() ? maker : g.users().get(mask.id()).getLast();
      for (Node between : g.nodes().subList(maker.index() + 1, reader.index())) {
        Value other = between.results().getFirst();
        if (plan.place(other).buffer().bytes() >= mask.type().bytes()) {
          Plan wrong = moved(plan, mask, new Place(plan.place(other).buffer(), 0));
          if (between.isView() || plan.place(other).buffer().region() != Region.SCRATCH) {
            continue;
          }
          assertThrows(PlanException.class, () -> PlanVerifier.verify(wrong), between.toString());
          caught++;
        }
      }
    }
    assertTrue(caught > 10, caught + " were planted");
  }

  /** The caller's values are not the planner's to use, neither before nor after they are read. */
  @Test
  void scratchInTheCallersBytesIsCaught() {
    Expr seen = Ops.exp(x);
    Expr later = Ops.sin(Ops.cos(seen));
    b.output("seen", seen);
    b.output("sum", Ops.sum(later));
    Plan plan = planned(b.build());
    Value inner = plan.graph().nodes().get(1).results().getFirst();
    assertCaught("is gone at the end of the run", moved(plan, inner, plan.place(x.value())));
    assertCaught(
        seen.value().label() + " is gone at the end of the run",
        moved(plan, later.value(), plan.place(seen.value())));
  }

  /** An update that is not written over its target would be lost with the run. */
  @Test
  void anUpdateBesideItsTargetIsCaught() {
    Expr free = Ops.exp(x);
    b.output("sum", Ops.sum(free));
    Expr next = Ops.assign(w, x);
    b.update(w, next);
    Plan plan = planned(b.build());
    assertCaught("is not written to w", moved(plan, next.value(), plan.place(free.value())));
  }

  /** An update placed before another step that still reads its target. */
  @Test
  void anUpdateThatRunsBeforeAReaderIsCaughtByThePlanToo() {
    Expr y = Ops.mul(x, w);
    b.output("y", y);
    b.update(w, Ops.assign(w, Ops.neg(x)));
    Plan plan = planned(b.build());
    List<Step> steps = new ArrayList<>(plan.steps());
    Step reader =
        steps.stream().filter(s -> s.node().op().name().equals("mul")).findFirst().orElseThrow();
    steps.remove(reader);
    steps.add(reader);
    assertCaught(
        "reads " + w.value().label() + ", which was overwritten",
        new Plan(
            plan.graph(),
            plan.options(),
            steps,
            plan.buffers(),
            plan.places(),
            plan.noReuseBytes()));
  }

  /** Two buffers that hold something at once, the upper one lowered onto the other's end. */
  @Test
  void theSmallestOverlapIsCaught() {
    int caught = 0;
    for (Graph g : List.of(DeepTraining.mlp(6, 16, 64, 0), DeepTraining.residual(4, 16, 64, 0))) {
      Plan plan = planned(g);
      for (Buffer low : plan.buffers(Region.SCRATCH)) {
        for (Buffer high : plan.buffers(Region.SCRATCH)) {
          boolean adjacent = low.offset() + low.bytes() == high.offset();
          // At the step where one dies and the other is born, an op may be allowed to replace it.
          boolean together = low.from() < high.to() - 1 && high.from() < low.to() - 1;
          if (adjacent && together) {
            assertThrows(
                PlanException.class,
                () -> PlanVerifier.verify(shifted(plan, high)),
                low + " and " + high);
            caught++;
          }
        }
      }
    }
    assertTrue(caught > 10, caught + " were planted");
  }

  private static Plan shifted(Plan plan, Buffer high) {
    List<Buffer> buffers = new ArrayList<>(plan.buffers());
    buffers.set(high.id(), high.at(high.offset() - PlanOptions.ALIGNMENT));
    List<Place> places =
        plan.places().stream()
            .map(p -> new Place(buffers.get(p.buffer().id()), p.byteOffset()))
            .toList();
    return new Plan(
        plan.graph(), plan.options(), plan.steps(), buffers, places, plan.noReuseBytes());
  }

  /** A placement that is told of sizes one alignment too small, of some buffer in each graph. */
  @Test
  void aPlacementOfWrongSizesIsCaught() {
    int caught = 0;
    for (long seed = 0; seed < 40; seed++) {
      Plan plan = planned(RandomGraphs.of(seed, 24));
      List<Buffer> scratch = plan.buffers(Region.SCRATCH);
      Placement.Problem p = Planner.problem(scratch);
      int at = new Random(seed).nextInt(scratch.size());
      p.sizes()[at] = Math.max(0, p.sizes()[at] - PlanOptions.ALIGNMENT);
      long[] offsets = Placement.solve(p).offsets();
      List<Buffer> buffers = new ArrayList<>(plan.buffers());
      for (int i = 0; i < offsets.length; i++) {
        buffers.set(scratch.get(i).id(), scratch.get(i).at(offsets[i]));
      }
      List<Place> places =
          plan.places().stream()
              .map(q -> new Place(buffers.get(q.buffer().id()), q.byteOffset()))
              .toList();
      try {
        PlanVerifier.verify(
            new Plan(
                plan.graph(), plan.options(), plan.steps(), buffers, places, plan.noReuseBytes()));
      } catch (PlanException e) {
        caught++;
      }
    }
    assertTrue(caught > 10, caught + " were caught");
  }

  /** A kernel that wants scratch memory and is given none, or less. */
  @Test
  void aStepWithoutRoomToWorkInIsCaught() {
    b.output("y", Ops.neg(b.apply(new UserOps.Reverse(), Ops.exp(x))));
    Plan plan = planned(b.build());
    List<Step> without =
        plan.steps().stream()
            .map(s -> new Step(s.index(), s.node(), OptionalInt.empty(), s.dying()))
            .toList();
    assertCaught(
        "test_reverse lacks room to work in",
        new Plan(
            plan.graph(),
            plan.options(),
            without,
            plan.buffers(),
            plan.places(),
            plan.noReuseBytes()));
  }
}
