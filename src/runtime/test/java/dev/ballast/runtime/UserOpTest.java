package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.op.OpRegistry;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A user's own op goes everywhere a built-in one goes. */
class UserOpTest {
  private static final TensorType TYPE = TensorType.f32(3);

  private final GraphBuilder b = new GraphBuilder("user");
  private final Expr x = b.input("x", TYPE);

  @Test
  void itIsDifferentiatedAndPlanned() {
    Expr y = b.apply(new UserOps.Cube(2), Ops.neg(x));
    Expr dx = Autodiff.gradients(Ops.sum(y), List.of(x)).getFirst();
    Expr second = Autodiff.gradients(Ops.sum(dx), List.of(x)).getFirst();
    b.output("y", y);
    b.output("dx", dx);
    b.output("second", second);
    Graph g = Passes.standard(b.build());
    Outcome o = new Feed().with("x", TYPE, 1, -2, 0.5).run(g);
    assertEquals(Literal.of(TYPE, -2, 16, -0.25), o.output("y"));
    assertEquals(Literal.of(TYPE, -6, -24, -1.5), o.output("dx"));
    assertEquals(Literal.of(TYPE, -12, 24, -6), o.output("second"));
  }

  @Test
  void itsWorkspaceIsPlannedForItsOneStep() {
    Expr y = b.apply(new UserOps.Reverse(), Ops.exp(x));
    Expr z = b.apply(new UserOps.Reverse(), Ops.neg(y));
    b.output("z", z);
    Graph g = b.build();
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    List<Buffer> workspaces =
        plan.buffers(Region.SCRATCH).stream().filter(w -> w.values().isEmpty()).toList();
    assertEquals(2, workspaces.size());
    assertEquals("workspace of test_reverse", workspaces.getFirst().name());
    workspaces.forEach(w -> assertEquals(1, w.to() - w.from()));
    Feed feed = new Feed().with("x", TYPE, 0, 1, 2);
    Outcome reused = feed.run(g, PlanOptions.defaults(), 2);
    reused.assertSameBits(feed.run(g, PlanOptions.defaults().withReuse(false), 2));
    reused.assertClose(feed.interpret(g, 2), 1e-6);
    assertEquals(-1, reused.output("z").get(0));
    assertTrue(plan.bytes(Region.SCRATCH) <= 3 * 64, plan.toString());
  }

  @Test
  void theRegistryTakesItByItsName() {
    OpRegistry r = OpRegistry.builtIn().with(UserOps.Cube.class);
    UserOps.Cube cube = new UserOps.Cube(2);
    assertEquals(Map.of("factor", 2.0), r.attributes(cube));
    assertEquals(cube, r.create("test_cube", r.attributes(cube)));
    Throwable twice =
        assertThrows(IllegalArgumentException.class, () -> r.with(UserOps.Cube.class));
    String type = UserOps.Cube.class.getName();
    assertEquals("two ops are named 'test_cube': " + type + " and " + type, twice.getMessage());
  }

  @Test
  void theRegistryRefusesWhatIsNoRecord() {
    Throwable none =
        assertThrows(
            IllegalArgumentException.class, () -> OpRegistry.builtIn().with(NoRecord.class));
    assertEquals(NoRecord.class.getName() + " is not a record", none.getMessage());
  }

  /** An op, but without the components that would be its attributes. */
  private abstract static class NoRecord implements Op {}
}
