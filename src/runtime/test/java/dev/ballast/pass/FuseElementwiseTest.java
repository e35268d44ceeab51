package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Feed;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FuseElementwiseTest {
  private final GraphBuilder b = new GraphBuilder("test");

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(n -> n.op().name()).toList();
  }

  private static long scratch(Graph g) {
    return Planner.plan(g, PlanOptions.defaults()).bytes(Region.SCRATCH);
  }

  /** Fused and unfused, of the same bits: with memory shared, and each value in its own. */
  private static void assertSameBits(Graph unfused, Graph fused) {
    Feed feed = Feed.random(unfused, 1, -2, 2);
    feed.run(fused).assertSameBits(feed.run(unfused));
    PlanOptions apart = PlanOptions.defaults().withReuse(false);
    feed.run(fused, apart, 2).assertSameBits(feed.run(unfused, apart, 2));
    feed.interpret(fused, 1).assertSameBits(feed.interpret(unfused, 1));
  }

  @Test
  void aChainBecomesOneOpThatStoresNothingBetween() {
    Expr x = b.input("x", f32(33, 7));
    Expr row = b.input("row", f32(7));
    Expr column = b.input("column", f32(33, 1));
    Expr y = Ops.mul(Ops.tanh(Ops.add(x, row)), Ops.sub(column, Ops.constant(x, 0.5)));
    b.output("y", Ops.max(y, x));
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    // The column's difference has another shape, and stays.
    assertEquals(List.of("sub", "fused"), ops(fused));
    assertSameBits(unfused, fused);
    assertTrue(scratch(fused) < scratch(unfused));
    assertEquals(
        "fused[add(in0, in1), tanh(#0), mul(#1, in2), max(#2, in0)]",
        fused.nodes().getLast().opLabel());
  }

  @Test
  void whatOthersReadOfAChainIsAResultToo() {
    Expr x = b.input("x", f32(8, 8));
    Expr h = Ops.sigmoid(Ops.neg(x));
    Expr y = Ops.mul(h, h);
    b.output("y", y);
    b.output("product", Ops.matmul(h, y));
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    assertEquals(List.of("fused", "matmul"), ops(fused));
    assertEquals(2, fused.nodes().getFirst().results().size());
    assertSameBits(unfused, fused);
  }

  @Test
  void whatIsReadInBetweenIsNotHeldBack() {
    Expr x = b.input("x", f32(8, 8));
    Expr h = Ops.exp(x);
    Expr p = Ops.matmul(h, x);
    b.output("y", Ops.add(h, p));
    Graph g = b.build();
    assertSame(g, FuseElementwise.run(g));
  }

  @Test
  void anUpdateIsWaitedForByNoReaderOfWhatItOverwrites() {
    Expr w = b.parameter("w", f32(8));
    Expr x = b.input("x", f32(8));
    Expr h = Ops.neg(w);
    b.update(w, Ops.assign(w, Ops.exp(x)));
    b.output("y", Ops.abs(h));
    Graph g = b.build();
    assertSame(g, FuseElementwise.run(g));
  }

  @Test
  void anUpdateIsPartOfTheLoopAndWritesOverItsTarget() {
    Expr w = b.parameter("w", f32(200));
    Expr v = b.state("v", f32(200));
    Expr x = b.input("x", f32(200));
    Expr velocity = Ops.add(v, Ops.sub(Ops.neg(x), Ops.mul(v, Ops.constant(v, 0.25))));
    b.update(v, velocity);
    b.update(w, Ops.sub(w, Ops.mul(velocity, Ops.constant(w, 0.5))));
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    assertEquals(List.of("fused"), ops(fused));
    assertTrue(scratch(fused) < f32(200).bytes(), "nothing but the loop's workspace");
    assertSameBits(unfused, fused);
  }

  /** The first element is read for every place: an update in the loop would write it too early. */
  @Test
  void anUpdateOfWhatBroadcastsIsNotPartOfTheLoop() {
    Expr w = b.parameter("w", f32(40));
    Expr x = b.input("x", f32(40));
    Expr spread = Ops.mul(Ops.slice(w, 0, 0, 1), x);
    b.update(w, Ops.add(w, spread));
    Graph g = b.build();
    assertSame(g, FuseElementwise.run(g));
    assertSameBits(g, Passes.forRunning(g));
  }

  /** Two values would wait for the product where one waits now. */
  @Test
  void inputsAreNotKeptForLongerThanTheyAreWorth() {
    Expr x = b.input("x", f32(16, 16));
    Expr p = Ops.matmul(x, x);
    Expr q = Ops.matmul(p, x);
    Expr h = Ops.mul(p, q);
    Expr z = Ops.matmul(x, x, true, false);
    b.output("y", Ops.sum(Ops.add(h, z)));
    Graph g = b.build();
    assertSame(g, FuseElementwise.run(g));
  }

  @Test
  void integersDoublesAndNumbersAloneStay() {
    Expr x = b.input("x", f32(4));
    Expr s = b.input("s", f32());
    b.output("n", Ops.add(Ops.cast(x, DType.I32), Ops.cast(Ops.neg(x), DType.I32)));
    b.output("d", Ops.exp(Ops.neg(Ops.cast(x, DType.F64))));
    b.output("s", Ops.exp(Ops.neg(s)));
    Graph g = b.build();
    assertSame(g, FuseElementwise.run(g));
  }

  @Test
  void constantsThatAreOneNumberBecomePartOfTheLoop() {
    Expr x = b.input("x", f32(5, 5));
    double[] same = new double[25];
    java.util.Arrays.fill(same, 0.25);
    double[] other = same.clone();
    other[3] = 1;
    Expr uniform = b.constant(Literal.of(f32(5, 5), same));
    Expr mixed = b.constant(Literal.of(f32(5, 5), other));
    b.output("y", Ops.add(Ops.mul(x, uniform), mixed));
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    assertEquals(List.of("fused"), ops(fused));
    assertEquals(1, fused.constants().size());
    assertSameBits(unfused, fused);
  }

  @Test
  void theGradientOfReluBecomesOneLoopThatReadsItsBits() {
    Expr x = b.input("x", f32(40, 20));
    Expr w = b.parameter("w", f32(20, 20));
    Expr scale = b.parameter("scale", f32());
    Expr h = Ops.relu(Ops.mul(Ops.matmul(x, w), scale));
    Expr loss = Ops.mean(Ops.square(Ops.sub(Ops.mul(h, scale), Ops.constant(x, 1))));
    List<Expr> d = Autodiff.gradients(loss, List.of(w, scale));
    b.output("dw", d.getFirst());
    b.output("dscale", d.getLast());
    Graph unfused = Passes.forRunning(b.build(), Set.of(PassRule.BIT_MASKS));
    Graph fused = FuseElementwise.run(unfused);
    assertFalse(fused.nodes().size() > unfused.nodes().size() - 4, fused.toString());
    assertSameBits(unfused, fused);
  }

  @Test
  void bitsKeepTheirPlaceAcrossAllTails() {
    for (int n : new int[] {2, 15, 16, 17, 31, 32, 33, 63, 65, 100}) {
      GraphBuilder bits = new GraphBuilder("bits" + n);
      Expr x = bits.input("x", f32(n));
      Expr y = Ops.exp(Ops.neg(Ops.relu(x)));
      Expr loss = Ops.sum(Ops.square(y));
      bits.output("dx", Autodiff.gradients(loss, List.of(x)).getFirst());
      bits.output("loss", loss);
      Graph unfused = Passes.forRunning(bits.build(), Set.of(PassRule.BIT_MASKS));
      Graph fused = FuseElementwise.run(unfused);
      assertTrue(ops(unfused).contains("select_bits"), ops(unfused).toString());
      assertFalse(ops(fused).contains("select_bits"), ops(fused).toString());
      assertSameBits(unfused, fused);
    }
  }

  /** A chain so long that it would leave the processor waiting is cut. */
  @Test
  void longChainsAreCut() {
    Expr x = b.input("x", f32(100));
    Expr y = x;
    for (int k = 0; k < 12; k++) {
      y = Ops.tanh(Ops.exp(Ops.neg(y)));
    }
    b.output("y", y);
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    assertTrue(fused.nodes().size() > 6 && fused.nodes().size() < 30, ops(fused).toString());
    assertSameBits(unfused, fused);
  }

  @Test
  void theGradientOfAFusedOpIsThatOfItsMembers() {
    Expr x = b.input("x", f32(6, 4));
    Expr row = b.input("row", f32(4));
    Expr h = Ops.relu(Ops.add(x, row));
    Expr y = Ops.mul(Ops.tanh(h), Ops.sigmoid(Ops.mul(h, x)));
    b.output("y", y);
    b.output("h", h);
    Graph unfused = b.build();
    Graph fused = FuseElementwise.run(unfused);
    assertEquals(List.of("fused"), ops(fused));
    Feed feed = Feed.random(unfused, 5, -1, 1);
    feed.run(withGradients(fused)).assertClose(feed.run(withGradients(unfused)), 1e-6);
  }

  private static Graph withGradients(Graph g) {
    GraphBuilder b = GraphBuilder.extending("gradients", g);
    Expr y = b.expr(g.outputs().get("y"));
    Expr h = b.expr(g.outputs().get("h"));
    List<Expr> sources = List.of(b.expr(g.inputs().getFirst()), b.expr(g.inputs().getLast()));
    Expr loss = Ops.add(Ops.sum(Ops.square(y)), Ops.sum(Ops.mul(h, Ops.constant(h, 0.3))));
    List<Expr> d = Autodiff.gradients(loss, sources);
    b.output("dx", d.getFirst());
    b.output("drow", d.getLast());
    return b.build();
  }

  @Test
  void optimizersSeeTheSameGradients() {
    Expr x = b.input("x", f32(16, 8));
    Expr w = b.parameter("w", f32(8, 8));
    Expr v = b.state("v", f32(8, 8));
    Expr rate = b.input("rate", f32());
    Expr y = Ops.gelu(Ops.matmul(Ops.softplus(Ops.matmul(x, w)), w));
    Expr loss = Ops.mean(Ops.square(y));
    Expr dw = Autodiff.gradients(loss, List.of(w)).getFirst();
    var sgd = b.applyAll(new Update.Sgd(0.9, true, 0.01), List.of(w, dw, rate, v));
    b.update(w, sgd.get(0));
    b.update(v, sgd.get(1));
    b.output("loss", loss);
    Graph unfused = Passes.forRunning(b.build(), Set.of());
    Graph fused = EarlyUpdates.run(FuseElementwise.run(unfused));
    assertTrue(ops(fused).contains("fused"));
    assertSameBits(unfused, fused);
    assertTrue(fused.nodes().stream().map(Node::phase).distinct().count() > 1);
  }
}
