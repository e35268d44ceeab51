package dev.ballast.autodiff;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.f64;
import static dev.ballast.tensor.TensorType.i32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.op.Ops;
import dev.ballast.op.Product;
import dev.ballast.pass.Passes;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Reverse mode as the sum over paths. */
class AutodiffTest {
  private final GraphBuilder b = new GraphBuilder("test");

  /** y = x·x + x, where x reaches y along three paths. */
  @Test
  void aValueUsedTwiceAccumulatesBothGradients() {
    Expr x = b.input("x", f64(3));
    b.output("dx", gradient(Ops.sum(Ops.add(Ops.mul(x, x), x)), x));
    assertEquals(Literal.of(f64(3), 7, -3, 1), run(f64(3), 3, -2, 0).output("dx"));
  }

  /** A chain of n doublings has 2ⁿ paths; the walk is over nodes, not over paths. */
  @Test
  void pathsAreCountedWithoutBeingWalked() {
    Expr x = b.input("x", f64());
    Expr y = x;
    for (int i = 0; i < 40; i++) {
      y = Ops.add(y, y);
    }
    b.output("dx", gradient(y, x));
    Graph g = b.build();
    assertTrue(g.nodes().size() < 100, "the backward pass has " + g.nodes().size() + " nodes");
    assertEquals(0x1p40, new Feed().with("x", f64(), 1).run(g).number("dx"));
  }

  @Test
  void withoutAPathTheGradientIsZero() {
    Expr x = b.input("x", f64(2));
    Expr unused = b.parameter("unused", f64(2, 3));
    Expr compared = b.parameter("compared", f64(2));
    Expr loss = Ops.sum(Ops.mul(x, Ops.less(compared, x)));
    List<Expr> d = Autodiff.gradients(loss, List.of(unused, compared, x));
    b.output("dunused", d.get(0));
    b.output("dcompared", d.get(1));
    b.output("dx", d.get(2));
    Outcome o = run(f64(2), 3, -4);
    assertEquals(Literal.of(f64(2, 3), 0, 0, 0, 0, 0, 0), o.output("dunused"));
    assertEquals(Literal.of(f64(2), 0, 0), o.output("dcompared"));
    assertEquals(Literal.of(f64(2), 1, 0), o.output("dx"));
  }

  @Test
  void theLossIsItsOwnGradientsStart() {
    Expr x = b.input("x", f64(1, 1));
    b.output("dx", gradient(x, x));
    assertEquals(Literal.of(f64(1, 1), 1), run(f64(1, 1), 5).output("dx"));
  }

  @Test
  void gradientsOfInnerValuesAndOfSourcesComeTogether() {
    Expr x = b.input("x", f64());
    Expr inner = Ops.square(x);
    Expr loss = Ops.mul(inner, inner);
    List<Expr> d = Autodiff.gradients(loss, List.of(x, inner, x));
    b.output("dx", d.get(0));
    b.output("dinner", d.get(1));
    b.output("again", d.get(2));
    Outcome o = run(f64(), 3);
    assertEquals(108, o.number("dx"));
    assertEquals(18, o.number("dinner"));
    assertEquals(108, o.number("again"));
  }

  @Test
  void elementsThatNobodyReadsGetZero() {
    Expr x = b.input("x", f64(4));
    Expr parts = Ops.concat(0, Ops.slice(x, 0, 0, 1), Ops.slice(x, 0, 2, 3));
    b.output("dx", gradient(Ops.sum(Ops.square(parts)), x));
    assertEquals(Literal.of(f64(4), 2, 0, 6, 0), run(f64(4), 1, 2, 3, 4).output("dx"));
  }

  @Test
  void gradientsFlowThroughCastsBetweenFloats() {
    Expr x = b.input("x", f32(2));
    Expr wide = Ops.cast(x, DType.F64);
    Expr dx = gradient(Ops.sum(Ops.mul(wide, wide)), x);
    assertEquals(f32(2), dx.type());
    b.output("dx", dx);
    assertEquals(Literal.of(f32(2), 3, -8), run(f32(2), 1.5, -4).output("dx"));
  }

  @Test
  void integersCarryNoGradient() {
    Expr x = b.input("x", f64(3));
    Expr steps = Ops.cast(Ops.cast(x, DType.I32), DType.F64);
    b.output("dx", gradient(Ops.sum(Ops.mul(steps, x)), x));
    assertEquals(Literal.of(f64(3), 1, -2, 0), run(f64(3), 1.5, -2.5, 0.5).output("dx"));
  }

  @Test
  void theLossMustBeOneNumber() {
    Expr x = b.input("x", f32(4, 3));
    Throwable e = assertThrows(ShapeException.class, () -> gradient(x, x));
    assertEquals(
        "gradients: the loss must be one number, not f32[4x3]: take a sum or a mean",
        e.getMessage());
  }

  @Test
  void theLossAndItsVariablesMustBeFloating() {
    Expr n = b.input("n", i32());
    Expr x = b.input("x", f32());
    Throwable loss = assertThrows(ShapeException.class, () -> gradient(n, x));
    assertEquals(
        "gradients: the loss must be one number, not i32[]: take a sum or a mean",
        loss.getMessage());
    Throwable variable = assertThrows(ShapeException.class, () -> gradient(x, n));
    assertEquals("gradients: %0:i32[] is not floating", variable.getMessage());
  }

  @Test
  void aVariableOfAnotherGraphIsRefused() {
    Expr x = b.input("x", f32());
    Expr foreign = new GraphBuilder("other").input("x", f32());
    Throwable e =
        assertThrows(IllegalArgumentException.class, () -> gradient(Ops.square(x), foreign));
    assertEquals("gradients: %0:f32[] belongs to another graph", e.getMessage());
  }

  @Test
  void backwardNodesAreMarkedAndCarryTheirForwardNodesName() {
    Expr x = b.input("x", f32(2, 3));
    Expr w = b.parameter("w", f32(3, 4));
    Expr y = b.named("fc1", () -> Ops.matmul(x, w));
    b.output("dw", gradient(Ops.sum(y), w));
    Graph g = Passes.standard(b.build());
    List<Node> backward = g.nodes().stream().filter(n -> n.phase() == Phase.BACKWARD).toList();
    Set<String> products =
        backward.stream()
            .filter(n -> n.op() instanceof Product)
            .map(Node::name)
            .collect(Collectors.toSet());
    assertEquals(Set.of("fc1"), products);
  }

  /** ∂L/∂x = Σ ∂L/∂v · ∂v/∂x: the terms that were seen add up to the gradient. */
  @Test
  void theWatchedPassShowsATermForEachUse() {
    Expr x = b.input("x", f64());
    Expr square = Ops.mul(x, x);
    Expr loss = Ops.add(square, Ops.sin(x));
    Backward pass = Autodiff.backward(loss, Autodiff.one(loss), List.of(x));
    List<Contribution> ofX =
        pass.contributions().stream().filter(c -> c.receiver().equals(x.value())).toList();
    assertEquals(
        List.of("sin", "mul", "mul"), ofX.stream().map(c -> c.user().op().name()).toList());
    assertEquals(List.of(0, 0, 1), ofX.stream().map(Contribution::input).toList());
    for (int i = 0; i < 3; i++) {
      b.output("term" + i, ofX.get(i).term());
    }
    b.output("dx", pass.gradient(x));
    b.output("dsquare", pass.reached(square).orElseThrow());
    Outcome o = run(f64(), 0.5);
    assertEquals(Math.cos(0.5), o.number("term0"), 1e-15);
    assertEquals(0.5, o.number("term1"));
    assertEquals(0.5, o.number("term2"));
    assertEquals(Math.cos(0.5) + 1, o.number("dx"), 1e-15);
    assertEquals(1, o.number("dsquare"));
  }

  /** A vector times the Jacobian of y = A x is the vector times A. */
  @Test
  void aSeedIsMultipliedByTheJacobian() {
    Expr x = b.input("x", f64(2, 1));
    Expr a = b.constant(Literal.of(f64(3, 2), 1, 2, 3, 4, 5, 6));
    Expr seed = b.constant(Literal.of(f64(3, 1), 1, -1, 2));
    b.output("dx", Autodiff.backward(Ops.matmul(a, x), seed, List.of(x)).gradient(x));
    assertEquals(Literal.of(f64(2, 1), 8, 10), run(f64(2, 1), 7, 7).output("dx"));
  }

  /** y = u·w with w = u²: the local ∂y/∂u is w, the whole derivative 3u². */
  @Test
  void withinAStretchWhatLiesBeforeCountsAsGiven() {
    Expr u = b.input("u", f64());
    Expr w = Ops.square(u);
    int from = b.nodes().size();
    Expr y = Ops.mul(u, w);
    List<Node> stretch = b.nodes().subList(from, b.nodes().size());
    Backward local = Autodiff.backward(y, Autodiff.one(y), List.of(u, w), stretch);
    b.output("local", local.gradient(u));
    b.output("other", local.gradient(w));
    b.output("whole", gradient(y, u));
    Outcome o = new Feed().with("u", f64(), 3).run(b.build());
    assertEquals(9, o.number("local"));
    assertEquals(3, o.number("other"));
    assertEquals(27, o.number("whole"));
  }

  @Test
  void aSeedOfAnotherTypeIsRefused() {
    Expr x = b.input("x", f64(2));
    Expr y = Ops.square(x);
    Throwable e =
        assertThrows(
            ShapeException.class, () -> Autodiff.backward(y, Autodiff.one(Ops.sum(x)), List.of(x)));
    assertEquals("gradients: the seed of %1:f64[2] has type f64[]", e.getMessage());
  }

  @Test
  void whatIsNotReachedHasNoGradientButZeros() {
    Expr x = b.input("x", f64());
    Expr unused = b.parameter("unused", f64(2));
    Backward pass = Autodiff.backward(x, Autodiff.one(x), List.of(x, unused));
    assertTrue(pass.reached(unused).isEmpty());
    assertEquals(f64(2), pass.gradient(unused).type());
    assertEquals(List.of(), pass.contributions());
  }

  private static Expr gradient(Expr loss, Expr x) {
    return Autodiff.gradients(loss, List.of(x)).getFirst();
  }

  private Outcome run(dev.ballast.tensor.TensorType type, double... x) {
    Graph g = b.build();
    Feed feed = new Feed().with("x", type, x);
    Outcome planned = feed.run(g);
    planned.assertClose(feed.interpret(g, 1), 1e-12);
    return planned;
  }
}
