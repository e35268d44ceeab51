package dev.ballast.plan;

import dev.ballast.ir.Graph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Plans of one graph for falling budgets: what each byte less costs in computation. */
public final class BudgetSweep {
  private BudgetSweep() {}

  /**
   * From the plan that computes everything once to the smallest found, in falling order of bytes;
   * who takes more bytes than another and costs no less is left out.
   *
   * @param points how many budgets are tried between the two
   */
  public static List<Plan> of(Graph graph, PlanOptions options, int points) {
    PlanOptions unlimited = options.withoutBudget();
    List<Plan> tried = new ArrayList<>();
    tried.add(Planner.plan(graph, unlimited));
    Plan smallest = Planner.smallest(graph, unlimited);
    long most = tried.getFirst().arenaBytes();
    for (int k = points; k > 0; k--) {
      long budget = smallest.arenaBytes() + (most - smallest.arenaBytes()) * k / (points + 1);
      tried.add(Planner.plan(graph, unlimited.withBudget(budget)));
    }
    tried.add(smallest);
    return IntStream.range(0, tried.size())
        .filter(i -> isBest(i, tried))
        .mapToObj(tried::get)
        .sorted(Comparator.comparingLong((Plan p) -> -p.arenaBytes()))
        .toList();
  }

  /** Of equals the first. */
  private static boolean isBest(int own, List<Plan> all) {
    Plan p = all.get(own);
    for (int i = 0; i < all.size(); i++) {
      Plan q = all.get(i);
      boolean noWorse =
          q.arenaBytes() <= p.arenaBytes()
              && q.recomputation().extraFlops() <= p.recomputation().extraFlops();
      boolean equal =
          q.arenaBytes() == p.arenaBytes()
              && q.recomputation().extraFlops() == p.recomputation().extraFlops();
      if (i != own && noWorse && (!equal || i < own)) {
        return false;
      }
    }
    return true;
  }
}
