package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.plan.PlanTimes.Phase;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private final Arrangement whole;
  private final long kept;
  private final List<Arrangement> rounds = new ArrayList<>();
  private final PlanTimes times;

  private Recompute(Graph graph, PlanOptions options, PlanTimes times) {
    this.options = options;
    this.unlimited = options.withoutBudget();
    this.times = times;
    this.whole = Arrangement.of(graph, unlimited, times);
    this.kept = whole.keptBytes();
  }

  /**
   * A plan within the options' budget.
   *
   * @throws PlanException where none is found; the message says the smallest budget that would do
   */
  static Plan fit(Graph graph, PlanOptions options, long budget, PlanTimes times) {
    Recompute r = new Recompute(graph, options, times);
    return placedWithin(r.whole, budget)
        .or(() -> prepares(graph) ? Optional.empty() : r.recomputed(budget))
        .map(plan -> r.told(plan, budget))
        .orElseThrow(() -> r.tooSmall(r.smallestFound(), budget));
  }

  /** Whether some of it runs once for all runs; then nothing is computed again. */
  private static boolean prepares(Graph graph) {
    return graph.nodes().stream().anyMatch(Node::prepares);
  }

  /** The plan with the smallest arena found. */
  static Plan smallest(Graph graph, PlanOptions options) {
    Recompute r = new Recompute(graph, options.withoutBudget(), new PlanTimes());
    Optional<Arrangement> last = prepares(graph) ? Optional.empty() : Optional.of(r.whole);
    while (last.isPresent()) {
      last = r.lower(last.get());
    }
    Plan smallest = r.smallestFound();
    return r.told(smallest, smallest.arenaBytes());
  }

  /** Each round starts from the lowest of the one before. */
  private Optional<Plan> recomputed(long budget) {
    Arrangement start = whole;
    for (int round = 0; round < ROUNDS && options.has(PlanRule.REUSE); round++) {
      Optional<Plan> plan = cheapest(steps(start), budget);
      if (plan.isPresent()) {
        return plan;
      }
      Optional<Arrangement> lower = lower(start);
      if (lower.isEmpty()) {
        return Optional.empty();
      }
      start = lower.get();
      plan = placedWithin(start, budget);
      if (plan.isPresent()) {
        return plan;
      }
    }
    return Optional.empty();
  }

  /** What is to be recomputed in: at first the plan that is given without a budget. */
  private Graph steps(Arrangement a) {
    return a == whole ? whole.placed().graph() : a.graph();
  }

  /** What is lower than a start, as long as there are rounds left. */
  private Optional<Arrangement> lower(Arrangement start) {
    if (rounds.size() == ROUNDS || !options.has(PlanRule.REUSE)) {
      return Optional.empty();
    }
    Graph graph =
        times.measure(
            Phase.RECOMPUTATION,
            () -> {
              Tape tape = Tape.of(steps(start));
              RetentionSearch search = new RetentionSearch(tape, options.has(PlanRule.IN_PLACE));
              return SequenceGraph.of(tape, search.sequence(search.lowest()));
            });
    Arrangement next = Arrangement.of(graph, unlimited, Order.Limits.between(graph), times);
    rounds.add(next);
    return next.leastBytes() < start.leastBytes() ? Optional.of(next) : Optional.empty();
  }

  /** Places only what its load would let fit. */
  private static Optional<Plan> placedWithin(Arrangement a, long budget) {
    return a.leastBytes() <= budget
        ? Optional.of(a.placed()).filter(plan -> plan.arenaBytes() <= budget)
        : Optional.empty();
  }

  /** The plan of the lowest load of all rounds; to place all of them takes too long. */
  private Plan smallestFound() {
    return Stream.concat(Stream.of(whole), rounds.stream())
        .min(Comparator.comparingLong(Arrangement::leastBytes))
        .orElseThrow()
        .placed();
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
      Arrangement a = Arrangement.of(within.get(), unlimited, times);
      Optional<Plan> plan = placedWithin(a, budget);
      if (plan.isPresent()) {
        return plan;
      }
      long bytes = a.leastBytes() > budget ? a.leastBytes() : a.placed().arenaBytes();
      limit -= bytes - budget;
    }
    return Optional.empty();
  }

  private Optional<Graph> within(Tape tape, long limit) {
    RetentionSearch search = new RetentionSearch(tape, options.has(PlanRule.IN_PLACE));
    return search.within(limit).map(c -> SequenceGraph.of(tape, search.sequence(c)));
  }

  private Plan told(Plan plan, long budget) {
    Graph before = steps(whole);
    if (prepares(before)) {
      return plan.with(options, Recomputation.NONE);
    }
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
            steps(whole).name(),
            budget,
            smallest.arenaBytes(),
            kept,
            at,
            smallest.arenaBytes()));
  }
}
