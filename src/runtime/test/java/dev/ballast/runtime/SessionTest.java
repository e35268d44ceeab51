package dev.ballast.runtime;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.i32;
import static dev.ballast.tensor.TensorType.i64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.Slice;
import dev.ballast.op.Ops;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a session does, and what it says when it is misused. */
class SessionTest {
  private static final SessionOptions CHECKED = SessionOptions.defaults().withPoison(true);

  /** y = x · w for a batch. */
  private static Plan linear(int batch) {
    GraphBuilder b = new GraphBuilder("linear");
    Expr x = b.input("x", f32(batch, 2));
    Expr w = b.parameter("w", f32(2, 2));
    b.output("y", Ops.matmul(x, w));
    return Planner.plan(b.build(), PlanOptions.defaults());
  }

  /** w ← w + x, counted. */
  private static Plan adding() {
    GraphBuilder b = new GraphBuilder("adding");
    Expr x = b.input("x", f32(2, 2));
    Expr w = b.parameter("w", f32(2, 2));
    Expr count = b.state("count", i64());
    b.update(w, Ops.add(w, x));
    b.update(count, Ops.add(count, Ops.constant(count, 1)));
    return Planner.plan(b.build(), PlanOptions.defaults());
  }

  private static void assertThrown(Class<? extends Throwable> type, String text, Runnable body) {
    assertEquals(text, assertThrows(type, body::run).getMessage());
  }

  @Test
  void aTrainingSessionIsOneSegment() {
    Plan plan = adding();
    try (Session s = Session.open(plan, CHECKED)) {
      assertEquals(plan.arenaBytes(), s.segmentBytes());
      long start = s.weights().address();
      assertEquals(0, start % PlanOptions.ALIGNMENT);
      assertEquals(start + plan.start(Region.STATE), s.states().address());
      assertEquals(start, s.parameter("w").memory().address());
      assertEquals(start + plan.start(Region.IO), s.input("x").memory().address());
    }
  }

  @Test
  void memoryStartsAsZerosAndIsKeptBetweenRuns() {
    try (Session s = Session.open(adding(), CHECKED)) {
      assertEquals(Literal.of(f32(2, 2), 0, 0, 0, 0), Feed.literal(s.parameter("w")));
      s.input("x").copyFrom(1f, 2f, 3f, 4f);
      s.run();
      s.run();
      s.run();
      assertEquals(Literal.of(f32(2, 2), 3, 6, 9, 12), Feed.literal(s.parameter("w")));
      assertEquals(3, s.state("count").getLong(0));
    }
  }

  @Test
  void useAfterCloseThrows() {
    Session s = Session.open(linear(2), CHECKED);
    Slice x = s.input("x");
    s.close();
    s.close();
    String closed = "the session is closed";
    for (Supplier<?> use :
        List.<Supplier<?>>of(
            () -> s.input("x"),
            () -> s.output("y"),
            () -> s.parameter("w"),
            () -> s.state("none"),
            s::weights,
            s::states)) {
      assertThrown(IllegalStateException.class, closed, use::get);
    }
    assertThrown(IllegalStateException.class, closed, s::run);
    assertThrown(IllegalStateException.class, "Already closed", () -> x.get(0));
    assertThrown(IllegalStateException.class, "Already closed", () -> x.fill(1));
  }

  @Test
  void unknownNamesAreAnsweredWithTheKnown() {
    try (Session s = Session.open(linear(2), CHECKED)) {
      assertThrown(
          IllegalArgumentException.class, "there is no input 'w', only [x]", () -> s.input("w"));
      assertThrown(
          IllegalArgumentException.class, "there is no output 'z', only [y]", () -> s.output("z"));
      assertThrown(
          IllegalArgumentException.class,
          "there is no parameter 'x', only [w]",
          () -> s.parameter("x"));
      assertThrown(
          IllegalArgumentException.class, "there is no state 's', only []", () -> s.state("s"));
    }
  }

  @Test
  void inputsOfAnotherSizeOrTypeAreRefused() {
    try (Session s = Session.open(linear(2), CHECKED)) {
      Slice x = s.input("x");
      assertThrown(
          ShapeException.class,
          "array of 3 f32 elements does not fit f32[2x2]",
          () -> x.copyFrom(1f, 2f, 3f));
      assertThrown(
          ShapeException.class,
          "array of 4 f64 elements does not fit f32[2x2]",
          () -> x.copyFrom(1.0, 2.0, 3.0, 4.0));
      assertThrown(
          ShapeException.class,
          "array of 4 i32 elements does not fit f32[2x2]",
          () -> x.copyFrom(1, 2, 3, 4));
      assertThrown(
          ShapeException.class,
          "copy of f32[4] into f32[2x2]: types differ",
          () -> x.copyFrom(Literal.of(f32(4), 1, 2, 3, 4)));
      assertThrows(IndexOutOfBoundsException.class, () -> x.set(4, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> x.get(-1));
    }
  }

  @Test
  void aLabelOutOfRangeThrowsAndTheSessionWorksOn() {
    GraphBuilder b = new GraphBuilder("loss");
    Expr scores = b.input("scores", f32(2, 3));
    Expr labels = b.input("labels", i32(2));
    b.output("loss", Ops.sum(Ops.crossEntropy(Ops.neg(scores), labels)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    try (Session s = Session.open(plan, CHECKED)) {
      for (int bad : new int[] {3, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        s.input("labels").copyFrom(0, bad);
        assertThrown(
            IndexOutOfBoundsException.class,
            "cross_entropy: label " + bad + " at row 1 is not in [0, 3)",
            s::run);
        s.input("labels").copyFrom(0, 2);
        s.run();
        assertEquals(2 * Math.log(3), s.output("loss").get(0), 1e-6);
      }
    }
  }

  @Test
  void anIndexOutOfRangeThrowsAndNamesItsPlace() {
    GraphBuilder b = new GraphBuilder("rows");
    Expr table = b.parameter("table", f32(4, 2));
    Expr indices = b.input("indices", i64(3));
    b.output("rows", Ops.gather(table, indices, 0));
    b.output("ones", Ops.oneHot(indices, 5, DType.F32));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    try (Session s = Session.open(plan, CHECKED)) {
      s.input("indices").copyFrom(0L, 4L, 1L);
      assertThrown(
          IndexOutOfBoundsException.class,
          "gather: index 4 at position 1 is not in [0, 4)",
          s::run);
      s.input("indices").copyFrom(0L, 1L, 1L << 32);
      assertThrown(
          IndexOutOfBoundsException.class,
          "gather: index 4294967296 at position 2 is not in [0, 4)",
          s::run);
    }
  }

  @Test
  void plansOfOneModelShareWeightsAndHaveTheirOwnInputs() {
    Plan train = adding();
    Plan large = linear(2);
    Plan small = linear(1);
    try (Session s = Session.open(train, CHECKED, large, small)) {
      Session two = s.alongside(large);
      Session one = s.alongside(small);
      s.input("x").copyFrom(1f, 0f, 0f, 2f);
      two.input("x").copyFrom(1f, 2f, 3f, 4f);
      one.input("x").copyFrom(5f, 6f);
      s.run();
      two.run();
      one.run();
      assertEquals(Literal.of(f32(2, 2), 1, 4, 3, 8), Feed.literal(two.output("y")));
      s.run();
      one.run();
      assertEquals(Literal.of(f32(1, 2), 10, 24), Feed.literal(one.output("y")));
      assertEquals(Literal.of(f32(2, 2), 1, 4, 3, 8), Feed.literal(two.output("y")));
      assertEquals(s.weights().address(), one.weights().address());
    }
  }

  @Test
  void closingTheFirstEndsThoseBesideIt() {
    Plan small = linear(1);
    Session s = Session.open(linear(2), CHECKED, small);
    Session one = s.alongside(small);
    one.close();
    one.run();
    s.close();
    assertThrown(IllegalStateException.class, "the session is closed", one::run);
  }

  @Test
  void plansThatDoNotBelongTogetherAreRefused() {
    Plan plan = linear(2);
    try (Session s = Session.open(plan, CHECKED)) {
      assertThrown(
          PlanException.class,
          "this plan was not named when the session was opened",
          () -> s.alongside(linear(1)));
    }
    GraphBuilder b = new GraphBuilder("other");
    b.output("y", Ops.exp(b.parameter("v", f32(3))));
    Plan other = Planner.plan(b.build(), PlanOptions.defaults());
    assertThrown(
        PlanException.class,
        "'v' f32[3] is not at the same place in both plans: build both graphs from the same layers"
            + " in the same order",
        () -> Session.open(plan, CHECKED, other).close());
  }

  @Test
  void givenWeightsAreReadAndNeverWritten() {
    Plan plan = linear(1);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped = arena.allocate(plan.bytes(Region.WEIGHTS), 64);
      new Slice(f32(2, 2), mapped.asSlice(0, 16)).copyFrom(1f, 2f, 3f, 4f);
      MemorySegment readOnly = mapped.asReadOnly();
      try (Session s = Session.open(plan, readOnly, CHECKED);
          Session t = Session.open(plan, readOnly, CHECKED)) {
        s.input("x").copyFrom(1f, 1f);
        t.input("x").copyFrom(2f, 0f);
        s.run();
        t.run();
        assertEquals(Literal.of(f32(1, 2), 4, 6), Feed.literal(s.output("y")));
        assertEquals(Literal.of(f32(1, 2), 2, 4), Feed.literal(t.output("y")));
        assertEquals(plan.arenaBytes() - plan.bytes(Region.WEIGHTS), s.segmentBytes());
        Slice w = s.parameter("w");
        assertThrows(IllegalArgumentException.class, () -> w.set(0, 9));
        assertEquals(1, w.get(0));
      }
    }
  }

  @Test
  void givenWeightsMustFitAndMayNotBeUpdated() {
    try (Arena arena = Arena.ofConfined()) {
      Plan plan = linear(1);
      assertThrown(
          PlanException.class,
          "the weights have 128 bytes, the plan's WEIGHTS region has 64",
          () -> Session.open(plan, arena.allocate(128, 64), CHECKED).close());
      Plan train = adding();
      assertThrown(
          PlanException.class,
          "the plan updates parameter 'w': open it without given weights, and copy them in",
          () -> Session.open(train, arena.allocate(64, 64), CHECKED).close());
    }
  }

  @Test
  void outputsMayBeInputsAndConstants() {
    GraphBuilder b = new GraphBuilder("still");
    Expr x = b.input("x", f32(2));
    b.output("x", x);
    b.output("view", Ops.slice(x, 0, 1, 2));
    b.output("c", b.constant(Literal.of(TensorType.f64(2), 1, 2)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    assertEquals(0, plan.steps().size());
    try (Session s = Session.open(plan, CHECKED)) {
      s.input("x").copyFrom(3f, 4f);
      s.run();
      assertEquals(4, s.output("view").get(0));
      assertEquals(Literal.of(TensorType.f64(2), 1, 2), Feed.literal(s.output("c")));
    }
  }

  /** Seeds fill all 64 bits; a double would lose the last of them. */
  @Test
  void longConstantsKeepEveryBit() {
    GraphBuilder b = new GraphBuilder("seed");
    byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
    Literal seed = Literal.ofBytes(i64(), bytes);
    Expr x = b.input("x", i64());
    b.output("sum", Ops.add(x, b.constant(seed)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    try (Session s = Session.open(plan, CHECKED)) {
      s.run();
      assertEquals(0x0807060504030201L, s.output("sum").getLong(0));
    }
  }
}
