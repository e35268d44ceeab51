package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.plan.PlanTimes.Phase;
import dev.ballast.tensor.PlanException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes a plan fit a budget: results are let go and computed again where they are needed, at the
 * fewest FLOPs found. What is searched are loads; what counts is the arena of the finished plan, so
 * where places leave gaps the search is repeated for less. A graph that has been made to need
 * little can be treated once more, which lets clones go and run a third time.
 */
final class Recompute {
  private static final int ROUNDS = 3;
  private static final int ATTEMPTS = 5;
  private static final int NAMED = 6;

  private final PlanOptions options;
  private final PlanOptions unlimited;
  private final Plan whole;
  private final long kept;
  private final PlanTimes times;

  private Recompute(Graph graph, PlanOptions options, PlanTimes times) {
    this.options = options;
    this.unlimited = options.withoutBudget();
    this.times = times;
    this.whole = Planner.plan(graph, unlimited, times);
    this.kept = whole.arenaBytes() - whole.bytes(Region.SCRATCH);
  }

  /**
   * A plan within the options' budget.
   *
   * @throws PlanException where none is found; the message says the smallest budget that would do
   */
  static Plan fit(Graph graph, PlanOptions options, long budget, PlanTimes times) {
    Recompute r = new Recompute(graph, options, times);
    if (r.whole.arenaBytes() <= budget) {
      return r.told(r.whole, budget);
    }
    Plan smallest = r.whole;
    for (int round = 0; round < ROUNDS && options.has(PlanRule.REUSE); round++) {
      Optional<Plan> cheapest = r.cheapest(smallest.graph(), budget);
      if (cheapest.isPresent()) {
        return r.told(cheapest.get(), budget);
      }
      Plan lower = r.lowest(smallest.graph());
      if (lower.arenaBytes() <= budget) {
        return r.told(lower, budget);
      }
      if (lower.arenaBytes() >= smallest.arenaBytes()) {
        break;
      }
      smallest = lower;
    }
    throw r.tooSmall(smallest, budget);
  }

  /** The plan with the smallest arena found. */
  static Plan smallest(Graph graph, PlanOptions options) {
    Recompute r = new Recompute(graph, options.withoutBudget(), new PlanTimes());
    Plan smallest = r.whole;
    for (int round = 0; round < ROUNDS && options.has(PlanRule.REUSE); round++) {
      Plan lower = r.lowest(smallest.graph());
      if (lower.arenaBytes() >= smallest.arenaBytes()) {
        break;
      }
      smallest = lower;
    }
    return r.told(smallest, smallest.arenaBytes());
  }

  private Plan lowest(Graph graph) {
    return planned(
        times.measure(
            Phase.RECOMPUTATION,
            () -> {
              Tape tape = Tape.of(graph);
              RetentionSearch search = new RetentionSearch(tape, options.has(PlanRule.IN_PLACE));
              return SequenceGraph.of(tape, search.sequence(search.lowest()));
            }));
  }

  private Plan planned(Graph graph) {
    return Planner.plan(graph, unlimited, times);
  }

  private Optional<Plan> cheapest(Graph graph, long budget) {
    Tape tape = Tape.of(graph);
    long limit = budget - kept;
    for (int attempt = 0; attempt < ATTEMPTS && limit > 0; attempt++) {
      long most = limit;
      Optional<Graph> within = times.measure(Phase.RECOMPUTATION, () -> within(tape, most));
      if (within.isEmpty()) {
        return Optional.empty();
      }
      Plan plan = planned(within.get());
      if (plan.arenaBytes() <= budget) {
        return Optional.of(plan);
      }
      limit -= plan.arenaBytes() - budget;
    }
    return Optional.empty();
  }

  private Optional<Graph> within(Tape tape, long limit) {
    RetentionSearch search = new RetentionSearch(tape, options.has(PlanRule.IN_PLACE));
    return search.within(limit).map(c -> SequenceGraph.of(tape, search.sequence(c)));
  }

  private Plan told(Plan plan, long budget) {
    Graph before = whole.graph();
    long bound =
        times.measure(
            Phase.RECOMPUTATION, () -> RecomputationBound.flops(Tape.of(before), budget - kept));
    int again = operations(plan.graph()) - operations(before);
    return plan.with(
        options, new Recomputation(again, plan.graph().flops() - before.flops(), bound));
  }

  private static int operations(Graph g) {
    return (int) g.nodes().stream().filter(n -> !n.isView()).count();
  }

  private PlanException tooSmall(Plan smallest, long budget) {
    int peak = smallest.peakStep();
    Step step = smallest.steps().isEmpty() ? null : smallest.steps().get(peak);
    String live =
        smallest.buffers(Region.SCRATCH).stream()
            .filter(b -> b.isLiveAt(peak))
            .sorted(Comparator.comparingLong(b -> -b.bytes()))
            .limit(NAMED)
            .map(b -> String.format(Locale.ROOT, "%s %,d", b.name(), b.bytes()))
            .collect(Collectors.joining(", "));
    String at =
        step == null || live.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                "; its peak is step %d, %s%s, with %s live",
                peak,
                step.node().op().name(),
                step.node().name().isEmpty() ? "" : " \"" + step.node().name() + "\"",
                live);
    return new PlanException(
        String.format(
            Locale.ROOT,
            "no plan of %s fits %,d bytes: the smallest found takes %,d (%,d of it weights, state,"
                + " inputs and outputs)%s; give a budget of %d bytes or more, or run a smaller"
                + " batch",
            whole.graph().name(),
            budget,
            smallest.arenaBytes(),
            kept,
            at,
            smallest.arenaBytes()));
  }
}
