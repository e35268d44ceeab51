package dev.ballast.train;

import dev.ballast.ir.Graph;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.PlanException;
import java.util.List;

/**
 * Plans that will share one segment, whose budget is for all of it: weights and states once, the
 * inputs and outputs of every plan, and one SCRATCH for the largest.
 */
final class JointBudget {
  private JointBudget() {}

  /**
   * @param graphs the first of which holds all weights and states
   * @throws PlanException where the budget does not hold them all
   */
  static List<Plan> plan(List<Graph> graphs, PlanOptions options) {
    PlanOptions unlimited = options.withoutBudget();
    List<Plan> plans = graphs.stream().map(g -> Planner.plan(g, unlimited)).toList();
    if (options.memoryBudget().isEmpty()) {
      return plans;
    }
    long budget = options.memoryBudget().getAsLong();
    long kept =
        plans.getFirst().bytes(Region.WEIGHTS)
            + plans.getFirst().bytes(Region.STATE)
            + plans.stream().mapToLong(p -> p.bytes(Region.IO)).sum();
    long scratch = budget - kept;
    return plans.stream()
        .map(
            p -> {
              long own = p.arenaBytes() - p.bytes(Region.SCRATCH);
              return fit(p, unlimited, own + scratch, budget);
            })
        .toList();
  }

  private static Plan fit(Plan plan, PlanOptions options, long share, long budget) {
    try {
      return Planner.plan(plan.graph(), options.withBudget(Math.max(1, share)));
    } catch (PlanException e) {
      long smallest = Planner.smallest(plan.graph(), options).arenaBytes();
      throw new PlanException(
          String.format(
              java.util.Locale.ROOT,
              "training within %,d bytes: all plans together need %,d at least; %s",
              budget,
              budget + smallest - share,
              e.getMessage()));
    }
  }
}
