package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.kernel.Simd;
import dev.ballast.op.Ops;
import dev.ballast.op.Packed;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.RandomGraphs;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrepareWeightsTest {
  private final GraphBuilder b = new GraphBuilder("test");

  private static List<String> prepared(Graph g) {
    return g.nodes().stream().filter(Node::prepares).map(n -> n.op().name()).toList();
  }

  private Graph served() {
    return PrepareWeights.run(b.build());
  }

  @Test
  void whatDependsOnParametersAloneIsComputedOnce() {
    Expr x = b.input("x", f32(3, 4));
    Expr w = b.parameter("w", f32(4, 3));
    Expr scaled = Ops.mul(Ops.transpose(w), Ops.constant(w, 2));
    b.output("y", Ops.add(Ops.exp(scaled), Ops.sin(x)));
    Graph g = served();
    assertEquals(List.of("transpose", "mul", "exp"), prepared(g));
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    assertEquals(64, plan.bytes(Region.PREPARED), "only what runs read is kept");
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g, PlanOptions.defaults(), 3).assertSameBits(feed.run(b.build()));
  }

  @Test
  void whatWouldGrowIsSeenOrChangesIsComputedInEachRun() {
    Expr x = b.input("x", f32(4));
    Expr grows = b.parameter("grows", f32(1));
    Expr seen = b.parameter("seen", f32(4));
    Expr changes = b.parameter("changes", f32(4));
    b.output("grown", Ops.mul(x, Ops.broadcastTo(grows, x.shape())));
    b.output("seen", Ops.neg(seen));
    b.output("changed", Ops.mul(x, Ops.exp(changes)));
    b.update(changes, Ops.add(changes, x));
    Graph g = served();
    assertEquals(List.of(), prepared(g));
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g, PlanOptions.defaults(), 3)
        .assertSameBits(feed.run(b.build(), PlanOptions.defaults(), 3));
  }

  @Test
  void weightsOfProductsArePackedOnceForAllThatReadThem() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    Expr x = b.input("x", f32(8, 256));
    Expr w = b.parameter("w", f32(256, 256));
    Expr h = Ops.tanh(Ops.matmul(x, w, false, true));
    b.output("y", Ops.matmul(h, w, false, true));
    b.output("z", Ops.matmul(h, w));
    Graph g = served();
    assertEquals(List.of("pack_columns", "pack_columns"), prepared(g));
    long products = g.nodes().stream().filter(n -> n.op() instanceof Packed.MatMulPacked).count();
    assertEquals(3, products);
    Feed feed = Feed.random(g, 1, -0.1, 0.1);
    feed.run(g, PlanOptions.defaults(), 2).assertClose(feed.interpret(b.build(), 1), 1e-5);
  }

  @Test
  void otherProductsStay() {
    Expr x = b.input("x", f32(8, 64));
    Expr y = b.input("y", f32(64, 8));
    Expr w = b.parameter("w", f32(64, 64));
    Expr trained = b.parameter("trained", f32(64, 64));
    b.output("no weights", Ops.matmul(x, y));
    b.output("weights on the left", Ops.matmul(w, y));
    b.output("trained", Ops.matmul(x, trained));
    b.update(trained, Ops.add(trained, w));
    assertEquals(List.of(), prepared(served()));
  }

  @Test
  void anyGraphComputesWhatItDid() {
    int prepared = 0;
    for (long seed = 0; seed < 40; seed++) {
      Graph before = RandomGraphs.of(seed, 30);
      Feed feed = Feed.random(before, seed, -1, 1);
      Outcome expected = feed.run(before, PlanOptions.defaults(), 3);
      Graph served = Passes.forServing(before);
      prepared += prepared(served).size();
      feed.run(served, PlanOptions.defaults(), 3).assertClose(expected, 1e-4);
      feed.run(served, PlanOptions.defaults().withReuse(false), 3).assertClose(expected, 1e-4);
    }
    assertTrue(prepared > 20, "only " + prepared + " nodes were prepared");
  }
}
