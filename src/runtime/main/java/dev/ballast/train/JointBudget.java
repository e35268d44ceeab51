package dev.ballast.train;

import dev.ballast.ir.Graph;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.PlanException;
import java.util.List;
import java.util.Locale;

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
    try {
      return plans.stream().map(p -> within(p, unlimited, ownBytes(p) + budget - kept)).toList();
    } catch (PlanException tooSmall) {
      // Not the plan's own complaint: the budget that it asks for is for itself alone.
      throw refusal(plans, unlimited, budget, kept);
    }
  }

  private static Plan within(Plan p, PlanOptions unlimited, long bytes) {
    return Planner.plan(p.graph(), unlimited.withBudget(Math.max(1, bytes)));
  }

  /** What a plan takes besides SCRATCH. */
  private static long ownBytes(Plan p) {
    return p.arenaBytes() - p.bytes(Region.SCRATCH);
  }

  private static PlanException refusal(
      List<Plan> plans, PlanOptions unlimited, long budget, long kept) {
    Plan largest = plans.getFirst();
    long scratch = 0;
    for (Plan p : plans) {
      long own = Planner.smallest(p.graph(), unlimited).bytes(Region.SCRATCH);
      largest = own > scratch ? p : largest;
      scratch = Math.max(scratch, own);
    }
    return new PlanException(
        String.format(
            Locale.ROOT,
            "training within %,d bytes: all plans together need %,d, the most of it %s, with"
                + " %,d bytes of SCRATCH at the smallest found; give a budget of %d bytes or more,"
                + " or train in smaller batches",
            budget,
            kept + scratch,
            largest.graph().name(),
            scratch,
            kept + scratch));
  }
}
