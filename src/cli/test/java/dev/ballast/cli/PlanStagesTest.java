package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cli.picture.PlanPage.Variant;
import dev.ballast.ir.Graph;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.UpdateRule;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlanStagesTest {
  private static final Loss LOSS = new CrossEntropy();

  @Test
  void aRewriteThatChangesNothingHasNoSwitch() throws Exception {
    Graph serving = Graphs.serving(model(), LOSS, 16);
    Plan plan = Planner.plan(serving, PlanOptions.defaults());
    List<Variant> stages = PlanStages.of(plan, PlanRules.all(), rules -> serving, s -> {});
    assertEquals(
        List.of("no reuse", "+ reuse", "+ in-place", "+ join", "+ reorder"), names(stages));
  }

  @Test
  void aRewriteThatChangesTheGraphStandsAside() throws Exception {
    Plan plan = Planner.plan(training(PlanRules.all()), PlanOptions.defaults());
    List<Variant> stages = stages(plan, PlanRules.all());
    Variant without =
        stages.stream().filter(v -> v.name().equals("without early-updates")).findFirst().get();
    assertTrue(without.aside());
    PlanRules rules = PlanRules.all().without(List.of("early-updates"));
    Plan alone = Planner.plan(training(rules), PlanOptions.defaults());
    assertEquals(alone.graph().toString(), without.plan().graph().toString());
    assertTrue(names(stages(plan, rules)).stream().noneMatch("without early-updates"::equals));
  }

  @Test
  void thePlanItselfIsTheLastAndTheFirstReusesNothing() throws Exception {
    Plan plan = Planner.plan(training(PlanRules.all()), PlanOptions.defaults());
    List<Variant> stages = stages(plan, PlanRules.all());
    assertSame(plan, stages.getLast().plan());
    Variant none = stages.stream().filter(v -> v.name().equals("no reuse")).findFirst().get();
    assertEquals(plan.noReuseBytes(), none.plan().arenaBytes());
  }

  @Test
  void aBudgetIsTheLastSwitchAndSearchesAreAsLongAsAsked() throws Exception {
    Graph graph = training(PlanRules.all());
    long all = Planner.plan(graph, PlanOptions.defaults()).arenaBytes();
    PlanOptions asked = PlanOptions.defaults().withPlacementNodes(7).withBudget(all - 64);
    Plan plan = Planner.plan(graph, asked);
    List<Variant> stages = stages(plan, PlanRules.all());
    assertEquals("+ recomputation", stages.getLast().name());
    assertEquals("+ reorder", stages.get(stages.size() - 2).name());
    for (Variant v : stages.subList(0, stages.size() - 1)) {
      assertEquals(7, v.plan().options().placementNodes());
      assertEquals(OptionalLong.empty(), v.plan().options().memoryBudget());
    }
  }

  private static List<Variant> stages(Plan plan, PlanRules rules) throws IOException {
    return PlanStages.of(plan, rules, PlanStagesTest::training, s -> {});
  }

  private static List<String> names(List<Variant> stages) {
    return stages.stream().map(Variant::name).toList();
  }

  private static Graph training(PlanRules rules) {
    return Graphs.trainingStep(model(), LOSS, UpdateRule.of(Sgd.of(0.1)), 256, rules.pass());
  }

  private static Model model() {
    return new Model(
        "digits",
        Shape.of(64),
        Sequential.of(
            Linear.of("fc1", 64, 32),
            Activation.RELU,
            Linear.of("fc2", 32, 32),
            Activation.RELU,
            Linear.of("fc3", 32, 10)));
  }
}
