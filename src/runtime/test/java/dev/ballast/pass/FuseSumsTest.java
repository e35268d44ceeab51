package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.kernel.Simd;
import dev.ballast.op.FusedSums;
import dev.ballast.op.Ops;
import dev.ballast.plan.PlanOptions;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a fused loop adds up its rows, to the same bits, and where it doesn't. */
class FuseSumsTest {
  private final GraphBuilder b = new GraphBuilder("test");

  @BeforeEach
  void needsVectors() {
    assumeTrue(Simd.isAvailable());
  }

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(Node::op).map(o -> o.name()).toList();
  }

  private static void assertSameBits(Graph before, Graph after) {
    Feed feed = Feed.random(before, 1, -2, 2);
    feed.run(after).assertSameBits(feed.run(before));
    PlanOptions apart = PlanOptions.defaults().withReuse(false);
    feed.run(after, apart, 2).assertSameBits(feed.run(before, apart, 2));
    feed.interpret(after, 1).assertSameBits(feed.interpret(before, 1));
  }

  /** Reads everything, rows, columns and numbers that broadcast. */
  private Expr product(int rows, int columns) {
    return product(b, rows, columns);
  }

  private static Expr product(GraphBuilder b, int rows, int columns) {
    Expr x = b.input("x", f32(rows, columns));
    Expr y = b.input("y", f32(rows, columns));
    Expr row = b.input("row", f32(columns));
    Expr column = b.input("column", f32(rows, 1));
    return Ops.mul(Ops.add(x, row), Ops.mul(Ops.sub(y, column), Ops.constant(x, 0.3)));
  }

  @Test
  void theGradientOfABiasIsMadeWithWhatItIsTheSumOf() {
    Expr x = b.input("x", f32(8, 6));
    Expr w = b.parameter("w", f32(32, 6));
    Expr bias = b.parameter("bias", f32(32));
    Expr h = Ops.relu(Ops.add(Ops.matmul(x, w, false, true), bias));
    List<Expr> d = Autodiff.gradients(Ops.sum(Ops.square(h)), List.of(w, bias));
    b.output("dw", d.get(0));
    b.output("dbias", d.get(1));
    Graph before = FuseElementwise.run(Passes.standard(b.build()));
    Graph g = FuseSums.run(before);
    assertEquals(1, ops(before).stream().filter("sum"::equals).count());
    assertEquals(0, ops(g).stream().filter("sum"::equals).count());
    assertEquals(1, ops(g).stream().filter("fused_sums"::equals).count());
    assertSameBits(before, g);
  }

  @Test
  void rowsOfAllWaysOfBroadcastingAreAddedUp() {
    for (int[] size : new int[][] {{2, 16}, {5, 48}, {64, 512}, {33, 160}}) {
      GraphBuilder one = new GraphBuilder("one");
      Expr y = product(one, size[0], size[1]);
      one.output("y", y);
      one.output("sum", Ops.sum(y, List.of(0), false));
      Graph before = FuseElementwise.run(one.build());
      Graph g = FuseSums.run(before);
      assertEquals("fused_sums", ops(g).getLast());
      assertSameBits(before, g);
    }
  }

  @Test
  void otherFoldsAndSumsStay() {
    Expr y = product(8, 32);
    b.output("y", y);
    b.output("all", Ops.sum(y));
    b.output("along", Ops.sum(y, List.of(1), false));
    b.output("kept", Ops.sum(y, List.of(0), true));
    b.output("largest", Ops.reduceMax(y, List.of(0), false));
    Graph g = FuseElementwise.run(b.build());
    assertSame(g, FuseSums.run(g));
  }

  @Test
  void rowsThatEndWithinAVectorStay() {
    Expr y = product(8, 33);
    b.output("sum", Ops.sum(y, List.of(0), false));
    b.output("y", y);
    Graph g = FuseElementwise.run(b.build());
    assertSame(g, FuseSums.run(g));
  }

  /** The rule of the op itself, against that of the ops that it is made of. */
  @Test
  void itsGradientIsThatOfTheOpsApart() {
    Expr x = b.input("x", f32(4, 16));
    Expr y = Ops.mul(Ops.tanh(x), x);
    Expr sum = Ops.sum(y, List.of(0), false);
    b.output("y", y);
    b.output("sum", sum);
    Graph fused = FuseSums.run(FuseElementwise.run(b.build()));
    FusedSums op = (FusedSums) fused.nodes().getLast().op();
    GraphBuilder both = new GraphBuilder("both");
    Expr in = both.input("x", f32(4, 16));
    List<Expr> r = both.applyAll(op, List.of(in));
    Expr apart = Ops.mul(Ops.tanh(in), in);
    Expr apartSum = Ops.sum(apart, List.of(0), false);
    both.output("d", gradient(r.get(0), r.get(1), in));
    both.output("expected", gradient(apart, apartSum, in));
    Graph g = both.build();
    Outcome o = Feed.random(g, 3, -2, 2).interpret(g, 1);
    Outcome.assertClose("d", o.output("expected"), o.output("d"), 1e-6);
  }

  private static Expr gradient(Expr y, Expr sum, Expr x) {
    Expr loss = Ops.add(Ops.sum(Ops.square(y)), Ops.sum(Ops.square(sum)));
    return Autodiff.gradients(loss, List.of(x)).getFirst();
  }
}
