package dev.ballast.serve;

import dev.ballast.ir.Graph;
import dev.ballast.observe.Recorder;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Planner;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The plans of one graph by batch size, each made once; models that differ in weights share them.
 */
final class Plans {
  private final Graph graph;
  private final ServingOptions options;
  private final ConcurrentHashMap<Integer, Plan> byBatch = new ConcurrentHashMap<>();

  Plans(Graph graph, ServingOptions options) {
    this.graph = graph;
    this.options = options;
  }

  Graph graph() {
    return graph;
  }

  ServingOptions options() {
    return options;
  }

  Plan of(int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "model '" + graph.name() + "': a batch needs at least one example, not " + batch);
    }
    return byBatch.computeIfAbsent(batch, this::make);
  }

  private Plan make(int batch) {
    try (Recorder.Span span = Recorder.plan(graph.name() + ", batch " + batch)) {
      Graph sized = Rebatch.run(graph, batch);
      Graph running = options.packWeights() ? Passes.forServing(sized) : Passes.forRunning(sized);
      Plan plan = Planner.plan(running, options.plan());
      span.tell(plan.arenaBytes(), plan.steps().size());
      return plan;
    }
  }
}
