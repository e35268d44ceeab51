package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Orders of invented steps, against every order there is. */
class OrderTest {
  private static final Order.Limits FEW = new Order.Limits(200_000, 200_000);

  /** The lowest peak of all orders, by what is done: no rule is used but the definition. */
  private static final class EveryOrder {
    private final OrderProblem problem;
    private final Map<Integer, Long> best = new HashMap<>();

    EveryOrder(OrderProblem problem) {
      this.problem = problem;
    }

    long peak(int done) {
      if (done == (1 << problem.steps()) - 1) {
        return 0;
      }
      Long known = best.get(done);
      if (known != null) {
        return known;
      }
      long least = Long.MAX_VALUE;
      for (int s = 0; s < problem.steps(); s++) {
        boolean ready = Arrays.stream(problem.before()[s]).allMatch(p -> (done >> p & 1) == 1);
        if ((done >> s & 1) == 0 && ready) {
          least = Math.min(least, Math.max(load(done, s), peak(done | 1 << s)));
        }
      }
      best.put(done, least);
      return least;
    }

    /** Buffers touched by now and needed from now on; a result over its input counts once. */
    private long load(int done, int step) {
      long load = problem.workspaces()[step];
      for (int b = 0; b < problem.sizes().length; b++) {
        boolean begun = touched(b, done | 1 << step);
        boolean needed = touched(b, ~done);
        load += begun && needed ? problem.sizes()[b] : 0;
      }
      List<Integer> taken = new ArrayList<>();
      for (int[] row : problem.handovers()[step]) {
        for (int i = 1; i < row.length && !touched(row[0], done); i++) {
          if (!touched(row[i], ~done & ~(1 << step)) && !taken.contains(row[i])) {
            taken.add(row[i]);
            load -= problem.sizes()[row[0]];
            break;
          }
        }
      }
      return load;
    }

    private boolean touched(int buffer, int steps) {
      return Arrays.stream(problem.touchers()[buffer]).anyMatch(t -> (steps >> t & 1) == 1);
    }
  }

  @Test
  void smallProblemsAreSolvedExactly() {
    int certified = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      OrderProblem p = RandomOrders.of(seed, 2 + seed % 12);
      Order.Steps found = Order.improve(p);
      assertTrue(p.allows(found.order()));
      assertEquals(p.peak(found.order()), found.ordering().bytes());
      long optimum = new EveryOrder(p).peak(0);
      assertEquals(optimum, found.ordering().bytes(), "seed " + seed);
      assertTrue(found.ordering().boundBytes() <= optimum, "seed " + seed);
      certified += found.ordering().isCertified() ? 1 : 0;
    }
    assertEquals(20_000, certified, "the search ends on small problems");
  }

  @Test
  void theLoadOfAnOrderIsTheSumOfWhatIsLive() {
    for (int seed = 0; seed < 200; seed++) {
      OrderProblem p = RandomOrders.of(seed, 12);
      EveryOrder every = new EveryOrder(p);
      int done = 0;
      long[] loads = p.loads(p.identity());
      for (int s = 0; s < p.steps(); s++) {
        assertEquals(every.load(done, s), loads[s]);
        done |= 1 << s;
      }
    }
  }

  @Test
  void noBoundIsAboveTheOptimum() {
    for (int seed = 0; seed < 1000; seed++) {
      OrderProblem p = RandomOrders.of(seed, 10);
      long optimum = new EveryOrder(p).peak(0);
      assertTrue(OrderBound.of(p, new OrderReach(p)) <= optimum, "seed " + seed);
    }
  }

  @Test
  void noOrderIsWorseThanTheGivenOneOrAnyListScheduler() {
    for (int seed = 0; seed < 1500; seed++) {
      OrderProblem p = RandomOrders.of(seed, 10 + seed % 90);
      Order.Steps found = Order.improve(p, FEW);
      assertTrue(p.allows(found.order()));
      assertTrue(found.ordering().bytes() <= p.peak(p.identity()));
      for (int[] other : ListSchedulers.all(p)) {
        assertTrue(p.allows(other));
        assertTrue(found.ordering().bytes() <= p.peak(other), "seed " + seed);
      }
      assertTrue(found.ordering().boundBytes() <= found.ordering().bytes());
    }
  }

  @Test
  void seriesParallelProblemsAreCertified() {
    int certified = 0;
    for (int seed = 0; seed < 400; seed++) {
      OrderProblem p = RandomOrders.seriesParallel(seed, 40);
      assertTrue(p.allows(p.identity()));
      certified += Order.improve(p).ordering().isCertified() ? 1 : 0;
    }
    assertTrue(certified >= 390, certified + " of 400");
  }

  @Test
  void anotherRunGivesTheSameOrder() {
    for (int seed = 0; seed < 50; seed++) {
      OrderProblem p = RandomOrders.of(seed, 80);
      assertTrue(
          Arrays.equals(
              Order.improve(p, FEW).order(),
              Order.improve(RandomOrders.of(seed, 80), FEW).order()));
    }
  }

  /** The model of loads is the one by which buffers are made. */
  @Test
  void loadsAreThoseOfThePlan() {
    for (long seed = 0; seed < 60; seed++) {
      Graph g = RandomGraphs.of(seed, 20 + (int) seed % 40);
      for (boolean inPlace : new boolean[] {false, true}) {
        PlanOptions options = PlanOptions.defaults().without(PlanRule.REORDER);
        options = inPlace ? options : options.without(PlanRule.IN_PLACE);
        Joins joins = Joins.choose(g, inPlace);
        OrderProblem p = OrderProblem.of(g, joins, inPlace);
        Plan plan = Planner.plan(g, options);
        long[] loads = p.loads(p.identity());
        assertEquals(Arrays.toString(plan.loads(true)), Arrays.toString(loads), "seed " + seed);
      }
    }
  }

  /** Training steps of deep networks come in an order that is proven best. */
  @Test
  void theOrderOfADeepNetworkIsCertified() {
    for (Graph g :
        List.of(
            DeepNets.mlp(64, 32, 64, Sgd.of(0.01)),
            DeepNets.mlp(64, 32, 8, Adam.of(0.01)),
            DeepNets.residual(32, 32, 64, Sgd.of(0.01)))) {
      Ordering o = Planner.plan(g, PlanOptions.defaults()).ordering();
      assertTrue(o.isCertified(), g.name() + ": " + o);
    }
  }

  /** Branches that each grow and shrink: in turn they need less than side by side. */
  @Test
  void branchesThatGrowAndShrinkRunOneAfterTheOther() {
    GraphBuilder b = new GraphBuilder("branches");
    Expr x = b.input("x", TensorType.f32(8, 16));
    List<Expr> wide = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      wide.add(Ops.tanh(Ops.matmul(x, b.parameter("w" + i, TensorType.f32(16, 64)))));
    }
    Expr sum = x;
    for (int i = 0; i < 6; i++) {
      Expr narrow = Ops.matmul(wide.get(i), b.parameter("v" + i, TensorType.f32(64, 16)));
      sum = Ops.add(Ops.tanh(narrow), sum);
    }
    b.output("y", Ops.sum(sum));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    assertTrue(plan.ordering().isCertified());
    assertEquals(6 * 8 * 64 * 4 + 8 * 16 * 4, plan.ordering().givenBytes());
    assertEquals(8 * 64 * 4 + 2 * 8 * 16 * 4, plan.ordering().bytes());
    assertEquals(plan.ordering().bytes(), plan.bytes(Region.SCRATCH));
  }

  /** Work is counted, not timed: this would run for minutes if a limit were missed. */
  @Test
  void fiveThousandStepsAreOrdered() {
    OrderProblem p = RandomOrders.of(1, 5000);
    Order.Steps found = Order.improve(p);
    assertTrue(p.allows(found.order()));
    assertTrue(found.ordering().bytes() < found.ordering().givenBytes());
    assertTrue(found.ordering().boundBytes() <= found.ordering().bytes());
    assertTrue(found.ordering().gap() > 0);
  }
}
