package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Correct plans with a fault planted. A fault that lets buffers of one time overlap must be caught;
 * what is not caught must still compute the right bits.
 */
class PlanVerifierTest {
  private static Buffer moved(Buffer b, long offset) {
    return b.at(offset);
  }

  private static Buffer resized(Buffer b, long bytes) {
    return new Buffer(
        b.id(), b.region(), b.name(), b.phase(), b.offset(), bytes, b.from(), b.to(), b.values());
  }

  /** The plan with other buffers, its places in them. */
  private static Plan with(Plan p, UnaryOperator<Buffer> change) {
    List<Buffer> buffers = p.buffers().stream().map(change).toList();
    List<Place> places =
        p.places().stream()
            .map(at -> new Place(buffers.get(at.buffer().id()), at.byteOffset()))
            .toList();
    return new Plan(p.graph(), p.options(), p.steps(), buffers, places, p.noReuseBytes());
  }

  private static Plan withSteps(Plan p, List<Step> steps) {
    return new Plan(p.graph(), p.options(), steps, p.buffers(), p.places(), p.noReuseBytes());
  }

  private static boolean accepts(Plan plan) {
    try {
      PlanVerifier.verify(plan);
      return true;
    } catch (PlanException e) {
      assertTrue(e.getMessage().startsWith("the plan is wrong: "), e.getMessage());
      return false;
    }
  }

  /**
   * Whether two buffers that hold something at the same time share bytes. Where one is born as the
   * other dies, an op may be allowed to write over its input, and of a buffer with a view of a part
   * only that part may still matter, so neither counts.
   */
  private static boolean overlaps(Plan p) {
    for (Buffer a : p.buffers()) {
      for (Buffer b : p.buffers()) {
        boolean meet = a.from() < b.to() && b.from() < a.to();
        boolean handover = a.from() == b.to() - 1 || b.from() == a.to() - 1;
        boolean share =
            a.region() == b.region()
                && a.offset() < b.offset() + b.bytes()
                && b.offset() < a.offset() + a.bytes();
        boolean whole = isWhole(a) && isWhole(b);
        if (a.id() != b.id() && whole && meet && !handover && share) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isWhole(Buffer b) {
    return b.values().stream().allMatch(v -> v.type().bytes() == b.bytes());
  }

  private static Outcome run(Plan plan) {
    Feed feed = Feed.random(plan.graph(), 5, -1, 1);
    try (Session s = Session.open(plan, SessionOptions.defaults().withPoison(true))) {
      return feed.run(s, 2);
    }
  }

  @Test
  void movedAndSwappedBuffersAreCaughtUnlessNothingIsLost() {
    Random random = new Random(3);
    int caught = 0;
    int accepted = 0;
    for (long seed = 0; seed < 24; seed++) {
      Plan plan = Planner.plan(RandomGraphs.of(seed, 24), PlanOptions.defaults());
      Outcome expected = run(plan);
      for (int trial = 0; trial < 24; trial++) {
        Plan faulty = fault(plan, random);
        if (!accepts(faulty)) {
          caught++;
        } else {
          accepted++;
          assertTrue(!overlaps(faulty), "overlapping buffers were accepted, seed " + seed);
          run(faulty).assertSameBits(expected);
        }
      }
    }
    assertTrue(caught > 150, "only " + caught + " faults were caught");
    assertTrue(accepted > 20, "only " + accepted + " harmless moves were accepted");
  }

  private static Plan fault(Plan plan, Random random) {
    Region region = random.nextInt(4) > 0 ? Region.SCRATCH : Region.IO;
    List<Buffer> some = plan.buffers(region);
    Buffer a = some.get(random.nextInt(some.size()));
    Buffer b = some.get(random.nextInt(some.size()));
    long target =
        PlanOptions.ALIGNMENT * random.nextInt((int) (plan.bytes(region) / PlanOptions.ALIGNMENT));
    return switch (random.nextInt(3)) {
      case 0 -> with(plan, x -> x.id() == a.id() ? moved(x, target) : x);
      case 1 -> with(plan, x -> x.id() == a.id() ? moved(x, b.offset()) : x);
      default ->
          with(
              plan,
              x ->
                  x.id() == a.id()
                      ? moved(x, b.offset())
                      : x.id() == b.id() ? moved(x, a.offset()) : x);
    };
  }

  private static Plan sample() {
    return Planner.plan(RandomGraphs.of(2, 24), PlanOptions.defaults());
  }

  private static void assertCaught(String complaint, Plan plan) {
    Throwable e = assertThrows(PlanException.class, () -> PlanVerifier.verify(plan));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  @Test
  void everyBufferIsAlignedAndInsideItsRegion() {
    for (Buffer b : sample().buffers()) {
      assertCaught(
          b.name() + " is not aligned",
          with(sample(), x -> x.id() == b.id() ? moved(x, x.offset() + 4) : x));
      assertCaught(
          b.name() + " is outside its region",
          with(sample(), x -> x.id() == b.id() ? moved(x, -64) : x));
    }
  }

  @Test
  void aShortenedBufferIsTooSmallForItsValues() {
    Plan plan = sample();
    for (Buffer b : plan.buffers()) {
      if (!b.values().isEmpty()) {
        assertCaught(
            "is outside its buffer",
            with(plan, x -> x.id() == b.id() ? resized(x, x.bytes() - 4) : x));
      }
    }
  }

  @Test
  void viewsLieWhereTheyShow() {
    GraphBuilder b = new GraphBuilder("views");
    Expr x = b.input("x", TensorType.f32(64));
    Expr view = Ops.slice(Ops.exp(x), 0, 16, 32);
    b.output("y", Ops.neg(view));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    List<Place> places = new ArrayList<>(plan.places());
    Place right = plan.place(view.value());
    places.set(view.value().id(), new Place(right.buffer(), right.byteOffset() + 64));
    assertCaught(
        view.value().label() + " does not lie where it is a view of",
        new Plan(
            plan.graph(),
            plan.options(),
            plan.steps(),
            plan.buffers(),
            places,
            plan.noReuseBytes()));
  }

  @Test
  void placesAreInThePlansOwnBuffers() {
    Plan plan = sample();
    List<Buffer> others = plan.buffers().stream().map(b -> moved(b, b.offset() + 64)).toList();
    assertCaught(
        "lies in a buffer of another plan",
        new Plan(
            plan.graph(),
            plan.options(),
            plan.steps(),
            others,
            plan.places(),
            plan.noReuseBytes()));
  }

  /**
   * Leaving a step out, or running it out of turn, is caught where its result is needed; running it
   * twice where the second run no longer finds its input.
   */
  @Test
  void stepsThatAreMissingOrOutOfTurnAreCaught() {
    Plan plan = Planner.plan(chain(), PlanOptions.defaults());
    for (int i = 0; i < plan.steps().size(); i++) {
      List<Step> without = new ArrayList<>(plan.steps());
      without.remove(i);
      assertTrue(!accepts(withSteps(plan, without)), "step " + i + " is missing");
      List<Step> twice = new ArrayList<>(plan.steps());
      twice.add(i, plan.steps().get(i));
      assertEquals(i == 0, accepts(withSteps(plan, twice)), "step " + i + " runs twice");
      if (i > 0) {
        List<Step> swapped = new ArrayList<>(plan.steps());
        swapped.set(i, plan.steps().get(i - 1));
        swapped.set(i - 1, plan.steps().get(i));
        assertTrue(!accepts(withSteps(plan, swapped)), "steps " + i + " and before are swapped");
      }
    }
  }

  /** x → exp → neg (in place) → sum: the sum is pinned, so nothing may be lost. */
  private static Graph chain() {
    GraphBuilder b = new GraphBuilder("chain");
    Expr x = b.input("x", TensorType.f32(64));
    b.output("y", Ops.sum(Ops.neg(Ops.exp(x))));
    return b.build();
  }

  /** Poison is filled in where the plan says a buffer dies, so that must be right as well. */
  @Test
  void aBufferThatIsSaidToDieTooEarlyIsCaught() {
    GraphBuilder b = new GraphBuilder("dying");
    Expr x = b.input("x", TensorType.f32(64));
    Expr y = Ops.exp(x);
    b.output("z", Ops.matmul(Ops.reshape(y, 8, 8), Ops.reshape(Ops.sin(y), 8, 8)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    Value value = y.value();
    int buffer = plan.place(value).buffer().id();
    List<Step> early =
        plan.steps().stream()
            .map(s -> s.index() == 0 ? new Step(0, s.node(), s.workspace(), List.of(buffer)) : s)
            .toList();
    assertCaught("reads %1, which was overwritten", withSteps(plan, early));
  }

  @Test
  void sourcesMayNotOverlap() {
    GraphBuilder b = new GraphBuilder("sources");
    b.parameter("v", TensorType.f32(16));
    b.output("y", Ops.exp(b.parameter("w", TensorType.f32(16))));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    assertCaught("%1 overlaps another kept value", with(plan, x -> x.id() == 1 ? moved(x, 0) : x));
  }
}
