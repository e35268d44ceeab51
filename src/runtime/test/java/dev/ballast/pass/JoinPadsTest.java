package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Feed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where sums of paddings become a concatenation, to the same numbers, and where they stay. */
class JoinPadsTest {
  private final GraphBuilder b = new GraphBuilder("test");

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(n -> n.op().name()).toList();
  }

  private static void assertSameNumbers(Graph joined, Graph plain) {
    Feed feed = Feed.random(plain, 1, -2, 2);
    feed.run(joined).assertClose(feed.run(plain), 0);
    feed.interpret(joined, 1).assertClose(feed.interpret(plain, 1), 0);
  }

  /** The gradient of what was read step by step, backward: each step gives a padding. */
  @Test
  void theGradientOfAllSlicesIsOneConcatenation() {
    Expr x = b.parameter("x", f32(4, 3, 2));
    Expr h = Ops.slice(x, 0, 0, 1);
    for (int t = 1; t < 4; t++) {
      h = Ops.tanh(Ops.mul(h, Ops.slice(x, 0, t, t + 1)));
    }
    b.output("dx", Autodiff.gradients(Ops.sum(h), List.of(x)).getFirst());
    Graph plain = Passes.standard(b.build());
    Graph g = JoinPads.run(plain);
    assertEquals(4, ops(plain).stream().filter("pad"::equals).count());
    assertEquals(List.of("concat"), ops(g).stream().filter(o -> o.matches("pad|concat")).toList());
    assertSameNumbers(g, plain);
  }

  /** Gaps before, between and after are zeros, and other summands are added. */
  @Test
  void gapsAreZerosAndOtherSummandsAreAdded() {
    Expr x = b.input("x", f32(3, 2));
    Expr y = b.input("y", f32(3, 3));
    Expr z = b.input("z", f32(3, 9));
    Expr left = Ops.add(Ops.pad(x, 1, 1, 6), z);
    b.output("sum", Ops.add(left, Ops.pad(y, 1, 5, 1)));
    Graph plain = b.build();
    Graph g = JoinPads.run(plain);
    assertEquals(List.of("broadcast_to", "broadcast_to", "broadcast_to", "concat", "add"), ops(g));
    assertSameNumbers(g, plain);
  }

  /** Two gradients share a summand, as those of two biases that are only ever added up. */
  @Test
  void aPaddingMayBePartOfSeveralSums() {
    Expr x = b.input("x", f32(3));
    Expr y = b.input("y", f32(3));
    Expr shared = Ops.pad(x, 0, 0, 3);
    b.output("shared", shared);
    b.output("one", Ops.add(shared, Ops.pad(y, 0, 3, 0)));
    b.output("other", Ops.add(Ops.pad(Ops.neg(y), 0, 3, 0), shared));
    Graph plain = b.build();
    Graph g = JoinPads.run(plain);
    assertEquals(List.of("pad", "concat", "neg", "concat"), ops(g));
    assertSameNumbers(g, plain);
  }

  @Test
  void whatOverlapsOrIsPaddedOtherwiseStays() {
    Expr x = b.input("x", f32(3, 3));
    b.output("overlap", Ops.add(Ops.pad(x, 0, 0, 2), Ops.pad(x, 0, 2, 0)));
    Expr axes =
        Ops.add(Ops.pad(Ops.pad(x, 0, 1, 2), 1, 0, 3), Ops.pad(Ops.pad(x, 1, 3, 0), 0, 3, 0));
    b.output("axes", axes);
    Expr twice = Ops.pad(x, 1, 1, 0);
    b.output("twice", Ops.add(twice, twice));
    Graph g = b.build();
    assertSame(g, JoinPads.run(g));
  }
}
