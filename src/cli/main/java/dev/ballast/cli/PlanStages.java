package dev.ballast.cli;

import dev.ballast.cli.picture.PlanPage.Variant;
import dev.ballast.ir.Graph;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.PlanRule;
import dev.ballast.plan.Planner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Plans of one model before and after each thing that saves bytes. */
final class PlanStages {
  private PlanStages() {}

  /** Makes a model's graph with the rewrites of some rules. */
  @FunctionalInterface
  interface Source {
    Graph graph(PlanRules rules) throws IOException;
  }

  /** Without each rewrite, then with one rule of the planner after the other; the last is given. */
  static List<Variant> of(Plan plan, PlanRules rules, Source source) throws IOException {
    List<Variant> stages = new ArrayList<>();
    PlanOptions all = plan.options().withoutBudget();
    for (PassRule r : PassRule.values()) {
      if (rules.pass().contains(r)) {
        Graph without = source.graph(rules.without(List.of(r.label())));
        stages.add(new Variant("without " + r.label(), Planner.plan(without, all)));
      }
    }
    Graph graph = source.graph(rules);
    EnumSet<PlanRule> some = EnumSet.noneOf(PlanRule.class);
    stages.add(new Variant("no reuse", Planner.plan(graph, new PlanOptions(some))));
    for (PlanRule r : PlanRule.values()) {
      if (all.has(r)) {
        some.add(r);
        stages.add(new Variant("+ " + r.label(), Planner.plan(graph, new PlanOptions(some))));
      }
    }
    if (plan.options().memoryBudget().isPresent()) {
      stages.add(new Variant("+ recomputation, within the budget", plan));
    }
    return stages;
  }
}
