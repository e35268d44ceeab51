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
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Plans of one model before and after each thing that saves bytes. */
final class PlanStages {
  private static final long PATIENCE = 1_000_000_000;

  private final PlanOptions all;
  private final List<Stage> stages = new ArrayList<>();

  private PlanStages(PlanOptions all) {
    this.all = all;
  }

  /** Makes a model's graph with the rewrites of some rules. */
  @FunctionalInterface
  interface Source {
    Graph graph(PlanRules rules) throws IOException;
  }

  private record Stage(String name, Graph graph, PlanOptions options, boolean aside) {}

  /**
   * Without each rewrite, then with one rule of the planner after the other; the last is given.
   *
   * @param progress is told how far it is, where it takes more than a second
   */
  static List<Variant> of(Plan plan, PlanRules rules, Source source, Consumer<String> progress)
      throws IOException {
    PlanStages s = new PlanStages(plan.options().withoutBudget());
    Graph graph = source.graph(rules);
    s.withoutRewrites(graph, rules, source);
    s.phases(graph);
    boolean budget = plan.options().memoryBudget().isPresent();
    String last = s.stages.getLast().name();
    if (!budget) {
      s.stages.removeLast();
    }
    List<Variant> variants = new ArrayList<>(s.planned(progress));
    variants.add(new Variant(budget ? "+ recomputation" : last, plan));
    return variants;
  }

  /** A rewrite that changes nothing here, as in a forward pass, has no switch. */
  private void withoutRewrites(Graph graph, PlanRules rules, Source source) throws IOException {
    String text = graph.toString();
    for (PassRule r : PassRule.values()) {
      if (rules.pass().contains(r)) {
        Graph without = source.graph(rules.without(List.of(r.label())));
        if (!without.toString().equals(text)) {
          stages.add(new Stage("without " + r.label(), without, all, true));
        }
      }
    }
  }

  private void phases(Graph graph) {
    EnumSet<PlanRule> some = EnumSet.noneOf(PlanRule.class);
    stages.add(new Stage("no reuse", graph, with(some), false));
    for (PlanRule r : PlanRule.values()) {
      if (all.has(r)) {
        some.add(r);
        stages.add(new Stage("+ " + r.label(), graph, with(some), false));
      }
    }
  }

  private PlanOptions with(Set<PlanRule> rules) {
    return new PlanOptions(rules, all.placementNodes(), all.memoryBudget());
  }

  /** Each on its own, so at the same time. */
  private List<Variant> planned(Consumer<String> progress) {
    long start = System.nanoTime();
    AtomicInteger done = new AtomicInteger();
    return stages.parallelStream()
        .map(
            s -> {
              Variant v = new Variant(s.name, Planner.plan(s.graph, s.options), s.aside);
              int now = done.incrementAndGet();
              if (System.nanoTime() - start > PATIENCE) {
                progress.accept("planned %d of %d switches".formatted(now, stages.size()));
              }
              return v;
            })
        .toList();
  }
}
