package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.i32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.op.Classify;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Feed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a cross-entropy and its gradient become one op, and where they don't. */
class JoinLossesTest {
  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr x = b.input("x", f32(8, 10));
  private final Expr labels = b.input("labels", i32(8));

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(Node::op).map(o -> o.name()).toList();
  }

  private static void assertSameBits(Graph before, Graph after) {
    Feed feed = Feed.random(before, 1, -2, 2);
    feed.run(after).assertSameBits(feed.run(before));
  }

  @Test
  void theGradientOfAMeanLossIsMadeWithTheLoss() {
    Expr loss = Ops.mean(Ops.crossEntropy(Ops.neg(x), labels));
    b.output("loss", loss);
    b.output("dx", Autodiff.gradients(loss, List.of(x)).getFirst());
    Graph before = Passes.standard(b.build());
    Graph g = JoinLosses.run(before);
    assertEquals(List.of("neg", "cross_entropy_with_gradient", "mean", "mul"), ops(g));
    assertSameBits(before, g);
  }

  @Test
  void aLossAloneAndAGradientAloneStay() {
    b.output("loss", Ops.crossEntropy(x, labels));
    Expr y = Ops.neg(x);
    Expr rows = b.input("rows", f32(8));
    b.output("dy", b.apply(new Classify.CrossEntropyGradient(), y, labels, rows));
    Graph g = b.build();
    assertSame(g, JoinLosses.run(g));
  }

  /** The loss of the square of the losses: what the gradient is multiplied with is the loss. */
  @Test
  void aGradientThatWaitsForTheLossStays() {
    Expr loss = Ops.mean(Ops.square(Ops.crossEntropy(x, labels)));
    b.output("dx", Autodiff.gradients(loss, List.of(x)).getFirst());
    Graph g = Passes.standard(b.build());
    assertSame(g, JoinLosses.run(g));
  }

  @Test
  void otherLabelsMakeAnotherGradient() {
    Expr others = b.input("others", i32(8));
    Expr rows = b.input("rows", f32(8));
    b.output("loss", Ops.crossEntropy(x, labels));
    b.output("dx", b.apply(new Classify.CrossEntropyGradient(), x, others, rows));
    Graph g = b.build();
    assertSame(g, JoinLosses.run(g));
  }
}
