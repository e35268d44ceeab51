package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.plan.PlanTimes.Phase;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives every value its place before anything runs.
 *
 * <pre>{@code
 * Plan plan = Planner.plan(graph, PlanOptions.defaults());
 * System.out.println(plan);
 * }</pre>
 */
public final class Planner {
  private Planner() {}

  /**
   * @throws PlanException where the graph can't be planned, no plan fits the budget, or the plan
   *     fails its verification
   */
  public static Plan plan(Graph graph, PlanOptions options) {
    return plan(graph, options, new PlanTimes());
  }

  /** The same, and tells where the time went. */
  public static Plan plan(Graph graph, PlanOptions options, PlanTimes times) {
    if (options.memoryBudget().isPresent()) {
      return Recompute.fit(graph, options, options.memoryBudget().getAsLong(), times);
    }
    boolean inPlace = options.has(PlanRule.IN_PLACE);
    Joins joins =
        times.measure(
            Phase.ORDER,
            () -> options.has(PlanRule.JOIN) ? Joins.choose(graph, inPlace) : Joins.NONE);
    OrderProblem problem = times.measure(Phase.ORDER, () -> OrderProblem.of(graph, joins, inPlace));
    Ordering asGiven = times.measure(Phase.ORDER, () -> Order.given(problem));
    Plan given = plan(graph, options, joins, asGiven, times);
    if (!options.has(PlanRule.REORDER) || given.ordering().isCertified()) {
      return given;
    }
    Order.Steps better = times.measure(Phase.ORDER, () -> Order.improve(problem));
    if (better.ordering().bytes() < better.ordering().givenBytes()) {
      Graph reordered = times.measure(Phase.ORDER, () -> Order.apply(graph, better.order()));
      Plan plan = plan(reordered, options, joins.in(reordered), better.ordering(), times);
      if (plan.arenaBytes() < given.arenaBytes()) {
        return plan;
      }
    }
    long load = given.ordering().bytes();
    return given.with(new Ordering(load, load, better.ordering().boundBytes()));
  }

  private static Plan plan(
      Graph graph, PlanOptions options, Joins joins, Ordering ordering, PlanTimes times) {
    Liveness.Result live =
        times.measure(
            Phase.SHARING, () -> Liveness.of(graph, options.has(PlanRule.IN_PLACE), joins));
    Placed scratch = times.measure(Phase.PLACEMENT, () -> place(live.buffers(), options));
    List<Buffer> placed = scratch.buffers();
    Place[] places = new Place[live.places().length];
    for (int i = 0; i < places.length; i++) {
      Place p = live.places()[i];
      places[i] = new Place(placed.get(p.buffer().id()), p.byteOffset());
    }
    List<Step> steps = steps(graph, live, placed);
    long withoutReuse = times.measure(Phase.SHARING, () -> withoutReuse(graph));
    Plan plan =
        new Plan(
            graph,
            options,
            steps,
            placed,
            List.of(places),
            withoutReuse,
            scratch.provenBytes(),
            ordering,
            Recomputation.NONE);
    return times.measure(
        Phase.VERIFICATION,
        () -> {
          PlanVerifier.verify(plan);
          return plan;
        });
  }

  private static long withoutReuse(Graph graph) {
    return Liveness.of(graph, false).buffers().stream().mapToLong(Buffer::alignedBytes).sum();
  }

  /** The plan with the smallest arena found, whatever is computed again for it. */
  public static Plan smallest(Graph graph, PlanOptions options) {
    return Recompute.smallest(graph, options);
  }

  private static List<Step> steps(Graph graph, Liveness.Result live, List<Buffer> buffers) {
    List<List<Integer>> dying = new ArrayList<>();
    for (int i = 0; i < live.steps(); i++) {
      dying.add(new ArrayList<>());
    }
    for (Buffer b : buffers) {
      if (b.region() == Region.SCRATCH) {
        dying.get(b.to() - 1).add(b.id());
      }
    }
    List<Step> steps = new ArrayList<>();
    for (Node n : graph.nodes()) {
      if (!n.isView()) {
        int index = steps.size();
        steps.add(new Step(index, n, live.workspaces().get(n.index()), dying.get(index)));
      }
    }
    return steps;
  }

  private record Placed(List<Buffer> buffers, long provenBytes) {}

  /** Kept regions are stacked in order; SCRATCH is packed by lifetime. */
  private static Placed place(List<Buffer> buffers, PlanOptions options) {
    boolean reuse = options.has(PlanRule.REUSE);
    List<Buffer> scratch = buffers.stream().filter(b -> b.region() == Region.SCRATCH).toList();
    long[] offsets = new long[buffers.size()];
    long[] next = new long[Region.values().length];
    for (Buffer b : buffers) {
      if (b.region() != Region.SCRATCH || !reuse) {
        offsets[b.id()] = next[b.region().ordinal()];
        next[b.region().ordinal()] += b.alignedBytes();
      }
    }
    long proven = 0;
    if (reuse) {
      Placement.Limits limits = Placement.Limits.ofNodes(options.placementNodes());
      Placement.Solution s = Placement.solve(problem(scratch), limits);
      proven = s.provenBytes();
      for (int i = 0; i < scratch.size(); i++) {
        offsets[scratch.get(i).id()] = s.offsets()[i];
      }
    }
    return new Placed(buffers.stream().map(b -> b.at(offsets[b.id()])).toList(), proven);
  }

  static Placement.Problem problem(List<Buffer> buffers) {
    return new Placement.Problem(
        buffers.stream().mapToLong(Buffer::alignedBytes).toArray(),
        buffers.stream().mapToInt(Buffer::from).toArray(),
        buffers.stream().mapToInt(Buffer::to).toArray());
  }
}
