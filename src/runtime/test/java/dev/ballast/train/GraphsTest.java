package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.check.GradientCheck;
import dev.ballast.check.GradientCheckOptions;
import dev.ballast.ir.Graph;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.pass.Retype;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of a training step on their own: forward pass, and forward and backward pass. */
class GraphsTest {
  private static final int BATCH = 5;
  private static final Model MODEL =
      new Model(
          "parts",
          Shape.of(6),
          Sequential.of(
              Linear.of("fc1", 6, 8), Activation.TANH, new Dropout(0.5), Linear.of("fc2", 8, 3)));

  private static Session open(Graph g, Loss loss) {
    Session s = Session.open(Planner.plan(g, PlanOptions.defaults()));
    MODEL.initialize(1, s::parameter);
    RandomBatch.of(MODEL, loss, 2).fill(s);
    return s;
  }

  /** The reference is the step itself, whose gradients are compared with PyTorch's elsewhere. */
  @ParameterizedTest
  @MethodSource("dev.ballast.loss.Loss#all")
  void gradientsAreThoseThatAStepTakes(Loss loss) {
    try (Session forward = open(Graphs.trainingLoss(MODEL, loss, BATCH), loss);
        Session gradients = open(Graphs.gradients(MODEL, loss, BATCH), loss);
        Session step = open(Graphs.trainingStep(MODEL, loss, Sgd.of(1), BATCH), loss)) {
      step.input(Graphs.RATE).set(0, 1);
      Map<String, double[]> before = new java.util.HashMap<>();
      for (var p : step.plan().graph().parameters()) {
        before.put(p.name(), step.parameter(p.name()).toDoubles());
      }
      forward.run();
      gradients.run();
      step.run();
      assertEquals(step.output(Graphs.LOSS).get(0), forward.output(Graphs.LOSS).get(0));
      assertEquals(step.output(Graphs.LOSS).get(0), gradients.output(Graphs.LOSS).get(0));
      before.forEach(
          (name, old) -> {
            double[] d = gradients.output(Graphs.gradientOf(name)).toDoubles();
            for (int i = 0; i < old.length; i++) {
              assertEquals(old[i] - d[i], step.parameter(name).get(i), 1e-6, name);
            }
          });
    }
  }

  @Test
  void runAgainTheyDropTheSameElements() {
    Loss loss = new MeanSquaredError();
    try (Session s = open(Graphs.trainingLoss(MODEL, loss, BATCH), loss)) {
      s.run();
      double first = s.output(Graphs.LOSS).get(0);
      s.run();
      assertEquals(first, s.output(Graphs.LOSS).get(0));
      s.state(LayerScope.COUNTER).setLong(0, 77);
      s.run();
      assertTrue(first != s.output(Graphs.LOSS).get(0), "another seed drops others");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.ballast.loss.Loss#all")
  void inF64TheyPassTheCheckOfGradients(Loss loss) {
    Graph g = Retype.run(Graphs.trainingLoss(MODEL, loss, BATCH), DType.F64);
    try (GradientCheck check = GradientCheck.ofParameters(g, Graphs.LOSS)) {
      MODEL.initialize(1, check.forward()::parameter);
      RandomBatch.of(MODEL, loss, 2).fill(check.forward());
      var r = check.run(GradientCheckOptions.defaults().withCoordinates(1000));
      assertTrue(r.passed(), r::toString);
      assertEquals(4, r.variables().size());
    }
  }

  @Test
  void targetsFitTheLoss() {
    Loss loss = new CrossEntropy();
    try (Session s = open(Graphs.trainingLoss(MODEL, loss, 200), loss)) {
      double[] labels = s.input(Graphs.TARGET).toDoubles();
      assertEquals(3, java.util.Arrays.stream(labels).distinct().count());
    }
    Loss binary = new BinaryCrossEntropy();
    try (Session s = open(Graphs.trainingLoss(MODEL, binary, 200), binary)) {
      double[] targets = s.input(Graphs.TARGET).toDoubles();
      assertEquals(2, java.util.Arrays.stream(targets).distinct().count());
      assertEquals(0.5, java.util.Arrays.stream(targets).average().orElseThrow(), 0.1);
    }
  }
}
