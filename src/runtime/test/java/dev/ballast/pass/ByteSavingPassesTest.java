package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.op.Regularize;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Feed;
import dev.ballast.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rewrites that save bytes: where they apply, where they do not, and what they save. */
class ByteSavingPassesTest {
  private final GraphBuilder b = new GraphBuilder("test");

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(n -> n.op().name()).toList();
  }

  private static long scratch(Graph g) {
    return Planner.plan(g, PlanOptions.defaults()).bytes(Region.SCRATCH);
  }

  /** A weight used twice, as in a recurrent network: its gradient lives once. */
  @Test
  void theGradientOfAWeightUsedTwiceIsAddedUpInPlace() {
    Expr x = b.input("x", f32(8, 64));
    Expr w = b.parameter("w", f32(64, 64));
    Expr h = Ops.tanh(Ops.matmul(x, w));
    Expr y = Ops.tanh(Ops.matmul(h, w));
    Expr dw = Autodiff.gradients(Ops.mean(y), List.of(w)).getFirst();
    b.output("norm", Ops.sum(Ops.square(dw)));
    Graph plain = Passes.standard(b.build());
    Graph g = AccumulateProducts.run(plain);
    assertEquals(1, ops(g).stream().filter("matmul_add"::equals).count());
    assertEquals(ops(plain).size() - 1, ops(g).size());
    // A little less than the gradient, since the peak is then at another step.
    assertEquals(3 * 64 * 64, scratch(plain) - scratch(g));
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g).assertClose(feed.run(plain), 1e-5);
    feed.run(g, PlanOptions.defaults().withReuse(false), 1).assertSameBits(feed.run(g));
  }

  @Test
  void aProductThatIsReadTwiceOrSeenOrOfAnotherShapeStays() {
    Expr x = b.input("x", f32(8, 8));
    Expr bias = b.input("bias", f32(8));
    Expr twice = Ops.matmul(x, x);
    Expr seen = Ops.matmul(x, x, true, false);
    b.output("seen", seen);
    b.output("a", Ops.add(x, twice));
    b.output("b", Ops.mul(twice, x));
    b.output("c", Ops.add(x, seen));
    b.output("d", Ops.add(Ops.matmul(x, x, false, true), bias));
    Expr self = Ops.matmul(x, x, true, true);
    b.output("e", Ops.add(self, self));
    Graph g = b.build();
    assertSame(g, AccumulateProducts.run(g));
  }

  /** c is an operand of the product too, which must read it whole. */
  @Test
  void aSummandThatTheProductReadsIsNotWrittenOver() {
    Expr x = b.input("x", f32(8, 8));
    Expr y = Ops.exp(x);
    b.output("z", Ops.sum(Ops.neg(Ops.add(y, Ops.matmul(y, x)))));
    Graph g = AccumulateProducts.run(b.build());
    assertTrue(ops(g).contains("matmul_add"));
    Feed feed = Feed.random(g, 3, -1, 1);
    feed.run(g).assertClose(feed.interpret(g, 1), 1e-5);
    feed.run(g, PlanOptions.defaults().withReuse(false), 1).assertSameBits(feed.run(g));
  }

  /** Of two products the later is added to the earlier. */
  @Test
  void aSumOfProductsIsOneBuffer() {
    Expr x = b.input("x", f32(8, 64));
    Expr sum = Ops.matmul(x, x, true, false);
    for (int i = 0; i < 3; i++) {
      Expr y = Ops.mul(x, Ops.constant(x, i + 2));
      sum = Ops.add(sum, Ops.matmul(y, y, true, false));
    }
    b.output("sum", Ops.sum(sum));
    Graph g = AccumulateProducts.run(b.build());
    assertEquals(3, ops(g).stream().filter("matmul_add"::equals).count());
    assertTrue(scratch(g) < 64 * 64 * 4 + 2 * 8 * 64 * 4, scratch(g) + " bytes");
  }

  private Graph network(boolean dropout) {
    Expr x = b.input("x", f32(64, 32));
    Expr w = b.parameter("w", f32(32, 32));
    Expr v = b.parameter("v", f32(32, 32));
    Expr counter = b.input("counter", TensorType.i64(2));
    Expr y = Ops.relu(Ops.matmul(x, w));
    Expr z = dropout ? b.apply(new Regularize.Dropout(0.5, 1), y, counter) : y;
    Expr loss = Ops.mean(Ops.square(Ops.matmul(z, v)));
    List<Expr> d = Autodiff.gradients(loss, List.of(w, v));
    b.output("dw", d.get(0));
    b.output("dv", d.get(1));
    return Passes.standard(b.build());
  }

  /** What dropout hands on is what the next product keeps: before it, only signs are kept. */
  @Test
  void reluBeforeDropoutKeepsSigns() {
    Graph plain = network(true);
    Graph g = BitMasks.run(plain);
    assertTrue(ops(g).containsAll(List.of("positive_bits", "select_bits")), ops(g).toString());
    assertTrue(!ops(g).contains("less") && !ops(g).contains("select"));
    long saved = scratch(plain) - scratch(g);
    assertEquals(64 * 32 * 4 - 64 * 32 / 8, saved);
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g).assertSameBits(feed.run(plain));
  }

  /** The next product keeps what ReLU made, so bits would come on top. */
  @Test
  void reluBeforeAProductKeepsItsOutput() {
    Graph plain = network(false);
    assertSame(plain, BitMasks.run(plain));
  }
}
