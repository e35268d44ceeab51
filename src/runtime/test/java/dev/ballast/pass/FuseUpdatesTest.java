package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.kernel.Simd;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.plan.PlanOptions;
import dev.ballast.runtime.Feed;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a product and the step of gradient descent that reads it become one op. */
class FuseUpdatesTest {
  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr w = b.parameter("w", f32(9, 64));
  private final Expr x = b.input("x", f32(5, 64));
  private final Expr dy = b.input("dy", f32(5, 9));
  private final Expr rate = b.input("rate", f32());

  @BeforeEach
  void needsVectors() {
    assumeTrue(Simd.isAvailable());
  }

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(Node::op).map(o -> o.name()).toList();
  }

  private Expr gradient() {
    return Ops.matmul(dy, x, true, false);
  }

  private Graph descending(Update.Sgd rule, UnaryOperator<Expr> gradient) {
    Expr d = gradient.apply(gradient());
    if (rule.momentum() == 0) {
      b.update(w, b.apply(rule, w, d, rate));
      return b.build();
    }
    Expr v = b.state("v", w.type());
    List<Expr> next = b.applyAll(rule, List.of(w, d, rate, v));
    b.update(w, next.get(0));
    b.update(v, next.get(1));
    return b.build();
  }

  private void becomesOneOp(Update.Sgd rule) {
    Graph before = descending(rule, d -> d);
    Graph g = FuseUpdates.run(before);
    assertEquals(List.of("matmul_sgd"), ops(g));
    Node step = g.nodes().getFirst();
    assertEquals(
        new Update.MatMulSgd(true, rule.momentum(), rule.nesterov(), rule.weightDecay()),
        step.op());
    assertEquals(rule.momentum() == 0 ? 1 : 2, step.results().size());
    assertEquals(before.updates().size(), g.updates().size());
    Feed feed = Feed.random(before, 1, -1, 1);
    feed.run(g, PlanOptions.defaults(), 3)
        .assertClose(feed.run(before, PlanOptions.defaults(), 3), 1e-5);
  }

  @Test
  void plainDescent() {
    becomesOneOp(new Update.Sgd(0, false, 0));
  }

  @Test
  void momentum() {
    becomesOneOp(new Update.Sgd(0.9, false, 0));
  }

  @Test
  void nesterovWithWeightDecay() {
    becomesOneOp(new Update.Sgd(0.9, true, 0.1));
  }

  @Test
  void weightDecayAlone() {
    becomesOneOp(new Update.Sgd(0, false, 0.1));
  }

  @Test
  void aGradientThatIsReadOnceMoreStays() {
    Graph g =
        descending(
            new Update.Sgd(0, false, 0),
            d -> {
              b.output("norm", Ops.sum(Ops.square(d)));
              return d;
            });
    assertSame(g, FuseUpdates.run(g));
  }

  @Test
  void aGradientThatTheCallerSeesStays() {
    Graph g =
        descending(
            new Update.Sgd(0, false, 0),
            d -> {
              b.output("gradient", d);
              return d;
            });
    assertSame(g, FuseUpdates.run(g));
  }

  @Test
  void aGradientThatIsChangedBeforeItIsUsedStays() {
    Graph g = descending(new Update.Sgd(0, false, 0), d -> Ops.mul(d, Ops.constant(d, 0.5)));
    assertSame(g, FuseUpdates.run(g));
  }

  @Test
  void otherOptimizersStay() {
    Expr m = b.state("m", w.type());
    Expr v = b.state("v", w.type());
    Expr t = b.input("t", TensorType.i64());
    Update.Adam adam = new Update.Adam(0.9, 0.999, 1e-8, 0, false);
    List<Expr> next = b.applyAll(adam, List.of(w, gradient(), rate, m, v, t));
    b.update(w, next.get(0));
    b.update(m, next.get(1));
    b.update(v, next.get(2));
    Graph g = b.build();
    assertSame(g, FuseUpdates.run(g));
  }

  /** A row is narrower than a vector: there are no tiles for it. */
  @Test
  void aNarrowParameterStays() {
    Expr narrow = b.parameter("narrow", f32(9, 3));
    Expr d = Ops.matmul(dy, b.input("thin", f32(5, 3)), true, false);
    b.update(narrow, b.apply(new Update.Sgd(0, false, 0), narrow, d, rate));
    Graph g = b.build();
    assertSame(g, FuseUpdates.run(g));
  }
}
