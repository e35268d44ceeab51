package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.plan.PlanTimes.Phase;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A graph with its steps in order and its buffers known, but for their offsets: in the given order,
 * and in a better one where one was found. Placement takes as long as all the rest, and the loads
 * say already what no placement is below, so it waits until somebody asks.
 */
final class Arrangement {
  /** One order of the steps. */
  private record Draft(Graph graph, Ordering ordering, Liveness.Result live, long leastBytes) {}

  private final PlanOptions options;
  private final PlanTimes times;
  private final Draft given;
  private final Optional<Draft> reordered;
  private Optional<Plan> placed = Optional.empty();

  private Arrangement(
      PlanOptions options, PlanTimes times, Draft given, Optional<Draft> reordered) {
    this.options = options;
    this.times = times;
    this.given = given;
    this.reordered = reordered;
  }

  /** Without regard to a budget. */
  static Arrangement of(Graph graph, PlanOptions options, PlanTimes times) {
    return of(graph, options, Order.Limits.DEFAULT, times);
  }

  static Arrangement of(Graph graph, PlanOptions options, Order.Limits limits, PlanTimes times) {
    boolean inPlace = options.has(PlanRule.IN_PLACE);
    Joins joins =
        times.measure(
            Phase.ORDER,
            () -> options.has(PlanRule.JOIN) ? Joins.choose(graph, inPlace) : Joins.NONE);
    OrderProblem problem = times.measure(Phase.ORDER, () -> OrderProblem.of(graph, joins, inPlace));
    Ordering asGiven = times.measure(Phase.ORDER, () -> Order.given(problem));
    if (!options.has(PlanRule.REORDER) || asGiven.isCertified()) {
      Draft only = draft(graph, options, joins, asGiven, times);
      return new Arrangement(options, times, only, Optional.empty());
    }
    Order.Steps better = times.measure(Phase.ORDER, () -> Order.improve(problem, asGiven, limits));
    long load = asGiven.bytes();
    Ordering kept = new Ordering(load, load, better.ordering().boundBytes());
    Draft given = draft(graph, options, joins, kept, times);
    if (better.ordering().bytes() >= load) {
      return new Arrangement(options, times, given, Optional.empty());
    }
    Graph other = times.measure(Phase.ORDER, () -> Order.apply(graph, better.order()));
    Draft reordered = draft(other, options, joins.in(other), better.ordering(), times);
    return new Arrangement(options, times, given, Optional.of(reordered));
  }

  private static Draft draft(
      Graph graph, PlanOptions options, Joins joins, Ordering ordering, PlanTimes times) {
    Liveness.Result live =
        times.measure(
            Phase.SHARING, () -> Liveness.of(graph, options.has(PlanRule.IN_PLACE), joins));
    long kept = keptBytes(live);
    long all = live.buffers().stream().mapToLong(Buffer::alignedBytes).sum();
    long scratch =
        options.has(PlanRule.REUSE)
            ? Planner.problem(Planner.scratch(live.buffers())).loadBound()
            : all - kept;
    return new Draft(graph, ordering, live, kept + scratch);
  }

  private static long keptBytes(Liveness.Result live) {
    return live.buffers().stream()
        .filter(b -> b.region() != Region.SCRATCH)
        .mapToLong(Buffer::alignedBytes)
        .sum();
  }

  /** The steps in the order with the lowest load. */
  Graph graph() {
    return lowest().graph();
  }

  private Draft lowest() {
    return Stream.concat(Stream.of(given), reordered.stream())
        .min(Comparator.comparingLong(Draft::leastBytes))
        .orElseThrow();
  }

  /** No arena with these orders is smaller. */
  long leastBytes() {
    return lowest().leastBytes();
  }

  /** What of an arena is not SCRATCH. */
  long keptBytes() {
    return keptBytes(given.live());
  }

  /** The plan with the smaller arena; of equals that in the given order. */
  Plan placed() {
    if (placed.isEmpty()) {
      placed = Optional.of(place());
    }
    return placed.get();
  }

  private Plan place() {
    if (reordered.isEmpty()) {
      return placed(given);
    }
    Plan other = placed(reordered.get());
    if (other.arenaBytes() < given.leastBytes()) {
      return other;
    }
    Plan plan = placed(given);
    return other.arenaBytes() < plan.arenaBytes() ? other : plan;
  }

  private Plan placed(Draft d) {
    return Planner.placed(d.graph(), options, d.live(), d.ordering(), times);
  }
}
