package dev.ballast.pass;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.i32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.runtime.Feed;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each rewrite takes out, moves, and leaves alone. */
class PassesTest {
  private final GraphBuilder b = new GraphBuilder("test");

  private static List<String> ops(Graph g) {
    return g.nodes().stream().map(n -> n.op().name()).toList();
  }

  private static long count(Graph g, String op) {
    return ops(g).stream().filter(op::equals).count();
  }

  @Test
  void elementwiseOpsReadBroadcastValuesAsTheyWere() {
    Expr x = b.input("x", f32(6, 5));
    Expr w = b.parameter("w", f32(5));
    Expr row = b.input("row", f32(5));
    Expr wide = Ops.broadcastTo(row, x.shape());
    b.output("y", Ops.mul(x, Ops.add(wide, x)));
    b.output("alone", Ops.neg(Ops.broadcastTo(Ops.exp(row), x.shape())));
    Expr kept = Ops.broadcastTo(w, x.shape());
    b.update(w, Ops.assign(w, row));
    b.output("kept", Ops.sub(x, kept));
    Graph before = b.build();
    Graph g = ReadBroadcasts.run(before);
    assertEquals(3, count(before, "broadcast_to"));
    assertEquals(2, count(g, "broadcast_to"), "one has no other operand, one is updated");
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g).assertSameBits(feed.run(before));
  }

  @Test
  void foldsOverAxesOfLengthOneAreViews() {
    Expr x = b.input("x", f32(1, 5));
    Expr w = b.parameter("w", f32(1, 5));
    Expr y = Ops.exp(Ops.add(x, w));
    b.output("sum", Ops.neg(Ops.sum(y, List.of(0), false)));
    b.output("mean", Ops.neg(Ops.mean(y, List.of(0), true)));
    b.output("max", Ops.reduceMax(y, List.of(1), false));
    b.output("kept", Ops.sum(w, List.of(0), false));
    b.output("given", Ops.sum(x, List.of(0), false));
    Graph before = b.build();
    Graph g = UnitAxes.run(before);
    assertEquals(1, count(g, "reshape"), "a shape that stays needs no view");
    assertEquals(2, count(g, "sum"), "parameters and inputs are not viewed");
    assertEquals(0, count(g, "mean"));
    assertEquals(1, count(g, "reduce_max"));
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g).assertSameBits(feed.run(before));
  }

  /** Two forward products, two for the weights' gradients, one back through the second layer. */
  @Test
  void deadCodeDropsTheGradientOfTheNetworksInput() {
    Expr x = b.input("x", f32(8, 6));
    Expr w1 = b.parameter("w1", f32(6, 5));
    Expr w2 = b.parameter("w2", f32(5, 4));
    Expr loss = Ops.mean(Ops.square(Ops.matmul(Ops.tanh(Ops.matmul(x, w1)), w2)));
    List<Expr> d = Autodiff.gradients(loss, List.of(w1, w2, x));
    b.output("dw1", d.get(0));
    b.output("dw2", d.get(1));
    Graph g = b.build();
    assertEquals(6, count(g, "matmul"));
    assertEquals(5, count(DeadCode.run(g), "matmul"));
  }

  @Test
  void deadCodeKeepsSourcesInOrder() {
    b.input("unread", f32(2));
    Expr x = b.input("x", f32(2));
    b.parameter("spare", f32(3));
    Ops.exp(x);
    b.output("y", Ops.neg(x));
    Graph g = DeadCode.run(b.build());
    assertEquals(List.of("neg"), ops(g));
    assertEquals(
        List.of("unread", "x", "spare"), g.values().stream().limit(3).map(Value::name).toList());
  }

  @Test
  void equalOpsOnEqualInputsAreComputedOnce() {
    Expr x = b.input("x", f32(3));
    Expr first = Ops.mul(Ops.exp(x), Ops.constant(x, 2));
    Expr second = Ops.mul(Ops.exp(x), Ops.constant(x, 2));
    b.output("y", Ops.add(first, second));
    Graph g = CommonSubexpressions.run(b.build());
    assertEquals(List.of("exp", "mul", "add"), ops(g));
    assertEquals(1, g.constants().size());
  }

  @Test
  void opsThatDifferInAnAttributeStayApart() {
    Expr x = b.input("x", f32(3, 4));
    b.output("y", Ops.sum(x, List.of(0), false));
    b.output("z", Ops.sum(x, List.of(0), true));
    Graph g = CommonSubexpressions.run(b.build());
    assertEquals(List.of("sum", "sum"), ops(g));
  }

  @Test
  void equalUpdatesStayApartSinceEachHasItsTarget() {
    Expr x = b.input("x", f32());
    Expr one = b.state("one", f32());
    Expr two = b.state("two", f32());
    b.update(one, Ops.assign(one, x));
    b.update(two, Ops.assign(two, x));
    Expr sum = Ops.add(x, x);
    b.output("sum", sum);
    Graph g = CommonSubexpressions.run(b.build());
    assertEquals(List.of("assign", "assign", "add"), ops(g));
  }

  @Test
  void nodesOfConstantsAreComputedAheadInTheirOwnType() {
    for (DType dtype : DType.values()) {
      GraphBuilder builder = new GraphBuilder("folding");
      Expr x = builder.input("x", TensorType.of(dtype, 2));
      Expr c = builder.constant(Literal.of(TensorType.of(dtype, 2), 3, 4));
      Expr seven = Ops.add(c, Ops.mul(c, c));
      builder.output("y", Ops.mul(x, seven));
      builder.output("c", seven);
      Graph g = ConstantFolding.run(builder.build());
      assertEquals(List.of("mul"), ops(g), dtype.toString());
      assertEquals(
          Literal.of(TensorType.of(dtype, 2), 12, 20),
          ((Value.Constant) g.outputs().get("c")).literal());
      Feed feed = new Feed().with("x", TensorType.of(dtype, 2), 1, 2);
      assertEquals(Literal.of(TensorType.of(dtype, 2), 12, 40), feed.run(g).output("y"));
    }
  }

  @Test
  void largeConstantsAreLeftToTheRun() {
    Expr c = b.constant(Literal.scalar(DType.F32, 2));
    b.output("large", Ops.broadcastTo(c, Shape.of(1025)));
    b.output("small", Ops.broadcastTo(c, Shape.of(1024)));
    assertEquals(List.of("broadcast_to"), ops(ConstantFolding.run(b.build())));
  }

  @Test
  void neutralOperandsVanish() {
    Expr x = b.input("x", f32(3));
    Expr n = b.input("n", i32(3));
    b.output("times", Ops.mul(Ops.constant(x, 1), x));
    b.output("by", Ops.div(x, Ops.constant(x, 1)));
    b.output("less", Ops.sub(x, Ops.constant(x, 0)));
    b.output("more", Ops.add(n, Ops.constant(n, 0)));
    Graph g = ConstantFolding.run(b.build());
    assertEquals(List.of(), ops(g));
    assertTrue(g.outputs().values().stream().allMatch(Value.Input.class::isInstance));
  }

  @Test
  void operandsThatOnlyLookNeutralStay() {
    Expr x = b.input("x", f32(3));
    b.output("from one", Ops.sub(Ops.constant(x, 0), x));
    b.output("below one", Ops.div(Ops.constant(x, 1), x));
    Expr ones = b.constant(Literal.of(f32(2, 1), 1, 1));
    b.output("wider", Ops.mul(x, ones));
    b.output("ranked", Ops.mul(x, b.constant(Literal.of(f32(1, 1), 1))));
    assertEquals(List.of("sub", "div", "mul", "mul"), ops(ConstantFolding.run(b.build())));
  }

  /** −0 + 0 is 0: an addition of +0 is not neutral in the last bit. */
  @Test
  void theSignOfZeroSurvives() {
    Expr x = b.input("x", f32(2));
    b.output("plus", Ops.add(x, Ops.constant(x, 0.0)));
    b.output("minus", Ops.sub(x, Ops.constant(x, -0.0)));
    Graph g = b.build();
    Feed feed = new Feed().with("x", f32(2), -0.0, 0.0);
    feed.run(ConstantFolding.run(g)).assertSameBits(feed.run(g));
  }

  /** Each layer's update directly follows its gradient, once nothing else reads the weight. */
  @Test
  void updatesComeAsSoonAsTheirTargetIsNoLongerRead() {
    Expr x = b.input("x", f32(8, 4));
    Expr rate = b.input("rate", f32());
    List<Expr> ws = new ArrayList<>();
    Expr y = x;
    for (int i = 0; i < 3; i++) {
      ws.add(b.parameter("w" + i, f32(4, 4)));
      y = Ops.tanh(Ops.matmul(y, ws.get(i)));
    }
    List<Expr> d = Autodiff.gradients(Ops.mean(y), ws);
    for (int i = 0; i < 3; i++) {
      b.update(ws.get(i), b.apply(new Update.Sgd(0, false, 0), ws.get(i), d.get(i), rate));
    }
    Graph g = EarlyUpdates.run(DeadCode.run(b.build()));
    assertEquals(List.of("w2", "w1", "w0"), updatedInOrder(g));
    g.updates().forEach((target, r) -> assertUpdateIsEarly(g, target, g.nodes().get(r.node())));
  }

  private static List<String> updatedInOrder(Graph g) {
    List<String> names = new ArrayList<>();
    for (Node n : g.nodes()) {
      g.updates()
          .forEach((t, r) -> names.addAll(r.node() == n.index() ? List.of(t.name()) : List.of()));
    }
    return names;
  }

  /** The node before it is what it waited for: its gradient, or the last other reader. */
  private static void assertUpdateIsEarly(Graph g, Value target, Node update) {
    Node before = g.nodes().get(update.index() - 1);
    boolean computesInput = before.results().stream().anyMatch(update.inputs()::contains);
    boolean readsTarget = before.inputs().contains(target);
    assertTrue(computesInput || readsTarget, "update of " + target.name() + " came late");
  }

  @Test
  void anUpdateWaitsForReadersThroughViews() {
    Expr s = b.state("s", f32(4));
    Expr x = b.input("x", f32(4));
    Expr view = Ops.reshape(s, 2, 2);
    Expr slow = Ops.exp(Ops.exp(x));
    b.output("old", Ops.mul(Ops.reshape(slow, 2, 2), view));
    b.update(s, Ops.assign(s, x));
    Graph g = EarlyUpdates.run(b.build());
    assertEquals("assign", ops(g).getLast());
  }

  @Test
  void rebatchingChangesOnlyTheBatch() {
    Expr x = b.input("x", f32(8, 3, 2));
    Expr w = b.parameter("w", f32(6, 5));
    b.output("y", Ops.softmax(Ops.matmul(Ops.flatten(x), w)));
    b.output("z", Ops.matmul(x, b.parameter("v", f32(2, 7))));
    Graph g = Rebatch.run(b.build(), 3);
    assertEquals(f32(3, 3, 2), g.inputs().getFirst().type());
    assertEquals(f32(3, 5), g.outputs().get("y").type());
    assertEquals(f32(3, 3, 7), g.outputs().get("z").type());
    assertEquals(f32(6, 5), g.parameters().getFirst().type());
  }

  @Test
  void rebatchingRefusesWhatHoldsTheBatch() {
    Expr x = b.input("x", f32(8, 3));
    b.output("y", b.named("fc", () -> Ops.reshape(x, 4, 6)));
    Throwable e = assertThrows(ShapeException.class, () -> Rebatch.run(b.build(), 3));
    assertEquals(
        "reshape: f32[3x3] has 9 elements, which do not fill [4, 6] at %1 \"fc\"", e.getMessage());
  }

  @Test
  void rebatchingRefusesScalarInputs() {
    b.output("y", Ops.exp(b.input("rate", f32())));
    Throwable e = assertThrows(ShapeException.class, () -> Rebatch.run(b.build(), 3));
    assertEquals("input 'rate' is a scalar: no batch to change", e.getMessage());
  }

  /** The mean's gradient holds 1/B, so it must not pass silently for another batch. */
  @Test
  void rebatchingATrainingGraphFailsRatherThanGoingWrong() {
    Expr x = b.input("x", f32(8, 3));
    Expr w = b.parameter("w", f32(3, 2));
    Expr loss = Ops.mean(Ops.square(Ops.matmul(x, w)));
    b.output("dw", Autodiff.gradients(loss, List.of(w)).getFirst());
    Graph g = Passes.standard(b.build());
    assertThrows(ShapeException.class, () -> Rebatch.run(g, 4));
  }
}
