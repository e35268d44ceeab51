package dev.ballast.cli.picture;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Phase;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.op.Packed;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.plan.Step;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** Plans to draw. */
final class Samples {
  private Samples() {}

  private static Model classifier() {
    return new Model(
        "classifier",
        Shape.of(784),
        Sequential.of(
            Linear.of("fc1", 784, 512),
            Activation.RELU,
            Linear.of("fc2", 512, 256),
            Activation.RELU,
            Linear.of("fc3", 256, 10)));
  }

  static Plan training() {
    return plan(training(Sgd.of(0.1).withMomentum(0.9)));
  }

  static Plan trainingWithAdam() {
    return plan(training(Adam.of(0.001)));
  }

  static Plan trainingWithoutReuse() {
    Graph graph = training(Sgd.of(0.1));
    return Planner.plan(graph, PlanOptions.defaults().withReuse(false));
  }

  static Plan inference() {
    return plan(classifier().inference(1));
  }

  /** With a product that was packed and a scale that was applied once. */
  static Plan serving() {
    GraphBuilder b = new GraphBuilder("serving");
    Expr x = b.input("x", TensorType.f32(8, 40));
    Expr w = b.parameter("w", TensorType.f32(40, 40));
    Expr panels =
        b.during(
            Phase.PREPARE,
            () -> b.apply(new Packed.PackColumns(true, 48), Ops.mul(w, Ops.constant(w, 2))));
    b.output("y", Ops.exp(Ops.sin(b.apply(new Packed.MatMulPacked(false, 40), x, panels))));
    return plan(b.build());
  }

  private static Graph training(Optimizer optimizer) {
    return Graphs.trainingStep(classifier(), new CrossEntropy(), optimizer, 64);
  }

  /** A training step in which one more step has a workspace. */
  static Plan withWorkspace() {
    Plan plan = training();
    List<Buffer> buffers = new ArrayList<>(plan.buffers());
    List<Step> steps = new ArrayList<>(plan.steps());
    int id = buffers.size();
    buffers.add(
        new Buffer(
            id,
            Region.SCRATCH,
            "workspace of fc2 matmul",
            steps.get(3).node().phase(),
            1 << 19,
            1 << 18,
            3,
            4,
            List.of()));
    steps.set(3, new Step(3, steps.get(3).node(), OptionalInt.of(id), List.of()));
    return new Plan(
        plan.graph(), plan.options(), steps, buffers, plan.places(), plan.noReuseBytes());
  }

  static Plan nothingToRun() {
    GraphBuilder b = new GraphBuilder("nothing");
    b.output("y", b.input("x", TensorType.f32(3)));
    return plan(b.build());
  }

  static Plan nothingInScratch() {
    return oneStep("one step", "x");
  }

  static Plan oneStep(String graph, String input) {
    GraphBuilder b = new GraphBuilder(graph);
    b.output("y", b.named(input, () -> Ops.exp(b.input(input, TensorType.f32(3)))));
    return plan(b.build());
  }

  static Plan random(int ops) {
    Random random = new Random(7);
    GraphBuilder b = new GraphBuilder("random graph");
    List<Expr> values = new ArrayList<>();
    for (int rows = 1; rows <= 1024; rows *= 32) {
      values.add(b.input("x" + rows, TensorType.f32(rows, 64)));
    }
    for (int i = 0; i < ops; i++) {
      Expr a = values.get(values.size() - 1 - random.nextInt(Math.min(9, values.size())));
      values.add(b.named("block" + i / 20, () -> random.nextBoolean() ? Ops.tanh(a) : Ops.exp(a)));
    }
    b.output("y", Ops.sum(values.getLast()));
    return plan(b.build());
  }

  static List<Plan> all() {
    return List.of(
        training(),
        trainingWithAdam(),
        trainingWithoutReuse(),
        inference(),
        serving(),
        withWorkspace(),
        nothingToRun(),
        nothingInScratch(),
        random(300));
  }

  private static Plan plan(Graph graph) {
    return Planner.plan(graph, PlanOptions.defaults());
  }
}
