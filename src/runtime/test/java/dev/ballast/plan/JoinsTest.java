package dev.ballast.plan;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Feed;
import org.junit.jupiter.api.Test;

/** Values that are written straight into their part of a later result. */
class JoinsTest {
  private static final PlanOptions APART = PlanOptions.defaults().without(PlanRule.JOIN);

  /** A number's bytes, which with joins is what comes on top of the whole at the peak. */
  private static final long SUM = PlanOptions.ALIGNMENT;

  private final GraphBuilder b = new GraphBuilder("test");
  private final Expr x = b.input("x", f32(4, 64));

  private static void assertSaves(long bytes, Graph g) {
    Plan joined = Planner.plan(g, PlanOptions.defaults());
    Plan apart = Planner.plan(g, APART);
    assertEquals(bytes, apart.arenaBytes() - joined.arenaBytes());
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g, PlanOptions.defaults(), 2).assertSameBits(feed.run(g, APART, 2));
    assertEquals(feed.run(g).output("y"), feed.run(g, APART, 1).output("y"));
  }

  @Test
  void theInputsOfAConcatenationLieInIt() {
    Expr y = Ops.concat(0, Ops.exp(x), Ops.sin(x));
    b.output("y", Ops.neg(Ops.sum(y)));
    Graph g = b.build();
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    assertEquals(
        plan.place(y.value()).buffer(), plan.place(g.nodes().get(0).results().getFirst()).buffer());
    assertSaves(2 * 4 * 64 * 4 - SUM, g);
  }

  /** The input of a concatenation that others read later too, as in a densely connected network. */
  @Test
  void aPartMayBeReadAfterTheWholeIsMade() {
    Expr first = Ops.exp(x);
    Expr y = Ops.concat(0, first, Ops.sin(first));
    Expr sum = Ops.sum(y);
    b.output("y", Ops.mul(sum, Ops.sum(first)));
    assertSaves(2 * 4 * 64 * 4 - 2 * SUM, b.build());
  }

  /** So does the gradient of a slice, which is padding. */
  @Test
  void theInputOfPaddingLiesInIt() {
    Expr y = Ops.pad(Ops.exp(x), 0, 2, 2);
    b.output("y", Ops.neg(Ops.sum(y)));
    assertSaves(4 * 64 * 4 - SUM, b.build());
  }

  /** An output's parts need no bytes but the output's. */
  @Test
  void partsOfAnOutputLieWhereTheCallerReadsThem() {
    b.output("y", Ops.concat(0, Ops.exp(x), Ops.concat(0, Ops.sin(x), Ops.cos(x))));
    Graph g = b.build();
    assertEquals(0, Planner.plan(g, PlanOptions.defaults()).bytes(Region.SCRATCH));
    assertSaves(Planner.plan(g, APART).bytes(Region.SCRATCH), g);
  }

  /** A small part early would hold the whole long before the rest of it is there. */
  @Test
  void whatWouldRaiseThePeakIsNotJoined() {
    Expr early = Ops.exp(Ops.slice(x, 0, 0, 1));
    Expr wide = Ops.matmul(x, x, true, false);
    Expr late = Ops.mul(Ops.sum(Ops.matmul(wide, wide)), b.input("z", f32(63, 64)));
    Expr key = Ops.mul(late, Ops.sum(early));
    b.output("y", Ops.sum(Ops.concat(0, early, key)));
    Graph g = b.build();
    assertTrue(Joins.choose(g, true).whole(early.value()).equals(early.value()));
    Planner.plan(g, PlanOptions.defaults());
  }

  @Test
  void sourcesOutputsAndOtherAxesAreLeftWhereTheyAre() {
    Expr seen = Ops.exp(x);
    b.output("seen", seen);
    b.output("a", Ops.sum(Ops.concat(0, x, seen)));
    b.output("b", Ops.sum(Ops.concat(1, Ops.sin(x), Ops.cos(x))));
    b.output("c", Ops.sum(Ops.concat(0, Ops.slice(Ops.neg(x), 0, 1, 2), x)));
    assertTrue(Joins.choose(b.build(), true).isEmpty());
  }

  /** A value beside a piece of itself: the piece can't lie in two places of the whole. */
  @Test
  void whatIsReadTwiceByTheWholeIsNotJoined() {
    Expr twice = Ops.exp(x);
    Expr piece = Ops.concat(0, twice, Ops.slice(twice, 0, 0, 2));
    Expr other = Ops.sin(x);
    Expr reshaped = Ops.concat(0, Ops.reshape(other, 2, 128), Ops.reshape(other, 2, 128));
    Expr part = Ops.cos(x);
    Expr inner = Ops.concat(0, part, Ops.neg(x));
    Expr nested = Ops.concat(0, part, inner);
    Expr sum = Ops.add(Ops.sum(piece), Ops.add(Ops.sum(reshaped), Ops.sum(nested)));
    b.output("y", Ops.neg(sum));
    Graph g = b.build();
    Joins joins = Joins.choose(g, true);
    assertTrue(joins.whole(twice.value()).equals(twice.value()));
    assertTrue(joins.whole(inner.value()).equals(inner.value()));
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(g, PlanOptions.defaults(), 2).assertSameBits(feed.run(g, APART, 2));
  }
}
