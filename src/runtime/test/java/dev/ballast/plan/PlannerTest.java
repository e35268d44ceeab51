package dev.ballast.plan;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.pass.Passes;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who shares bytes with whom, and for how long. */
class PlannerTest {
  private static final PlanOptions APART = PlanOptions.defaults().withReuse(false);

  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr x = b.input("x", f32(64));

  private Plan plan() {
    return Planner.plan(b.build(), PlanOptions.defaults());
  }

  private static Buffer buffer(Plan plan, Expr e) {
    return plan.place(e.value()).buffer();
  }

  @Test
  void aChainRunsInOneBuffer() {
    Expr first = Ops.exp(x);
    Expr e = first;
    for (int i = 0; i < 5; i++) {
      e = Ops.sin(e);
    }
    b.output("y", Ops.sum(e));
    Plan plan = plan();
    assertEquals(1, plan.buffers(Region.SCRATCH).size());
    assertEquals(256, plan.bytes(Region.SCRATCH));
    assertSame(buffer(plan, first), buffer(plan, e));
    assertEquals(6 * 256, Planner.plan(b.build(), APART).bytes(Region.SCRATCH));
  }

  @Test
  void aValueThatIsReadLaterIsNotWrittenOver() {
    Expr y = Ops.exp(x);
    Expr z = Ops.sin(y);
    b.output("sum", Ops.sum(Ops.mul(y, z)));
    Plan plan = plan();
    assertNotEquals(buffer(plan, y).id(), buffer(plan, z).id());
  }

  /** The op reads the value whole through the view while it would write over it. */
  @Test
  void aValueThatTheSameOpReadsThroughAViewIsNotWrittenOver() {
    Expr y = Ops.exp(x);
    Expr z = Ops.add(y, Ops.slice(y, 0, 3, 4));
    b.output("sum", Ops.sum(z));
    Plan plan = plan();
    assertNotEquals(buffer(plan, y).id(), buffer(plan, z).id());
  }

  @Test
  void inputsParametersAndOutputsAreNeverWrittenOver() {
    Expr w = b.parameter("w", f32(64));
    Expr y = Ops.neg(x);
    Expr z = Ops.neg(w);
    Expr seen = Ops.neg(y);
    b.output("seen", seen);
    b.output("y", Ops.sum(Ops.add(z, Ops.neg(seen))));
    Plan plan = plan();
    assertEquals(Region.IO, buffer(plan, x).region());
    assertEquals(Region.WEIGHTS, buffer(plan, w).region());
    assertEquals(Region.IO, buffer(plan, seen).region());
    assertEquals(List.of(x.value()), buffer(plan, x).values());
    assertEquals(List.of(w.value()), buffer(plan, w).values());
    assertEquals(List.of(seen.value()), buffer(plan, seen).values());
  }

  @Test
  void anOutputThatIsAViewPinsWhatItShows() {
    Expr y = Ops.exp(x);
    b.output("part", Ops.slice(y, 0, 8, 16));
    Ops.sin(Ops.cos(x));
    Plan plan = plan();
    assertEquals(Region.IO, buffer(plan, y).region());
    assertEquals(32, plan.place(b.build().outputs().get("part")).byteOffset());
  }

  @Test
  void anUpdateIsWrittenOverItsTarget() {
    Expr s = b.state("s", f32(64));
    Expr next = Ops.add(s, x);
    b.update(s, next);
    b.output("sum", Ops.sum(next));
    for (PlanOptions options : List.of(PlanOptions.defaults(), APART)) {
      Plan plan = Planner.plan(b.build(), options);
      assertSame(buffer(plan, s), buffer(plan, next));
      assertEquals(Region.STATE, buffer(plan, next).region());
    }
  }

  @Test
  void anOutputCannotShowWhatAnUpdateOverwrites() {
    Expr s = b.state("s", f32(64));
    Expr old = Ops.reshape(s, 8, 8);
    b.output("old", old);
    b.update(s, Ops.assign(s, x));
    Throwable e = assertThrows(PlanException.class, this::plan);
    assertEquals("update of 's' at assign would overwrite %2, which is read later", e.getMessage());
  }

  @Test
  void regionsFollowEachOtherWithoutGaps() {
    Graph g = training(8, 3);
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    long next = 0;
    for (Region r : Region.values()) {
      assertEquals(next, plan.start(r));
      assertEquals(0, plan.bytes(r) % PlanOptions.ALIGNMENT);
      next += plan.bytes(r);
    }
    assertEquals(next, plan.arenaBytes());
  }

  /** A network's forward and backward pass are a stack, which packs without a gap. */
  @Test
  void aTrainingStepMeetsItsLowerBound() {
    Plan plan = Planner.plan(training(32, 6), PlanOptions.defaults());
    assertEquals("OPTIMAL (load)", plan.certificate().toString());
    assertEquals(plan.lowerBoundBytes() + plan.alignmentBytes(), plan.arenaBytes());
    assertTrue(plan.arenaBytes() < plan.noReuseBytes());
    long[] loads = plan.loads(true);
    assertEquals(plan.certificate().loadBound(), loads[plan.peakStep()]);
    assertEquals(plan.noReuseBytes(), Planner.plan(training(32, 6), APART).arenaBytes());
  }

  @Test
  void planningTwiceGivesTheSamePlan() {
    for (long seed = 0; seed < 6; seed++) {
      Graph g = RandomGraphs.of(seed, 40);
      Plan once = Planner.plan(g, PlanOptions.defaults());
      Plan again = Planner.plan(RandomGraphs.of(seed, 40), PlanOptions.defaults());
      assertEquals(once.buffers(), again.buffers());
      assertEquals(once.places(), again.places());
    }
  }

  @Test
  void aPlanPrintsItselfWithThePeakAndLifeBars() {
    Plan plan = Planner.plan(training(32, 3), PlanOptions.defaults());
    String text = plan.toString();
    assertTrue(text.startsWith("plan of mlp: " + plan.steps().size() + " steps, "), text);
    assertTrue(text.contains("OPTIMAL (load)"), text);
    assertTrue(text.contains("peak at step " + plan.peakStep() + " ("), text);
    long bars = text.lines().filter(l -> l.contains("█")).count();
    assertEquals(plan.buffers(Region.SCRATCH).size(), bars);
  }

  @Test
  void csvHasARowForEachScratchBuffer() {
    Plan plan = Planner.plan(training(8, 3), PlanOptions.defaults());
    List<String> lines = PlanExport.csv(plan).lines().toList();
    assertEquals("id,lower,upper,size,offset", lines.getFirst());
    List<Buffer> scratch = plan.buffers(Region.SCRATCH);
    assertEquals(scratch.size(), lines.size() - 1);
    Buffer f = scratch.getFirst();
    assertEquals(
        f.id() + "," + f.from() + "," + f.to() + "," + f.alignedBytes() + "," + f.offset(),
        lines.get(1));
  }

  /** A tanh network of some layers with plain gradient descent. */
  private static Graph training(int batch, int layers) {
    GraphBuilder b = new GraphBuilder("mlp");
    Expr y = b.input("x", f32(batch, 20));
    Expr rate = b.input("rate", f32());
    List<Expr> ws = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      Expr w = b.parameter("w" + i, f32(20, 20));
      Expr in = y;
      ws.add(w);
      y = b.named("fc" + i, () -> Ops.tanh(Ops.matmul(in, w)));
    }
    Expr loss = Ops.mean(Ops.square(y));
    List<Expr> d = Autodiff.gradients(loss, ws);
    for (int i = 0; i < layers; i++) {
      b.update(ws.get(i), b.apply(new Update.Sgd(0, false, 0), ws.get(i), d.get(i), rate));
    }
    b.output("loss", loss);
    return Passes.standard(b.build());
  }
}
