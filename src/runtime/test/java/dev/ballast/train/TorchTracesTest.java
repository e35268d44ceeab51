package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.SharedData;
import dev.ballast.data.IdxDataset;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Ten steps of PyTorch 2.13 on the first 640 digits, from its weights to its weights. */
class TorchTracesTest {
  private static final int BATCH = 64;
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "fc1.weight",
          "1.weight",
          "fc1.bias",
          "1.bias",
          "fc2.weight",
          "3.weight",
          "fc2.bias",
          "3.bias");

  @TestFactory
  java.util.stream.Stream<DynamicTest> tenStepsGiveTorchsLossesAndWeights() {
    Map<String, Optimizer> optimizers =
        Map.of(
            "sgd", Sgd.of(0.1),
            "sgd_momentum", Sgd.of(0.05).withMomentum(0.9),
            "adam", Adam.of(0.001),
            "adamw", Adam.decoupled(0.001));
    return optimizers.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> replay(e.getKey(), e.getValue())));
  }

  private static void replay(String name, Optimizer optimizer) throws IOException {
    Safetensors trace =
        Safetensors.read(SharedData.folder("torch-traces").resolve("mlp_" + name + ".safetensors"));
    Model model =
        new Model(
            "mlp",
            Shape.of(28, 28),
            Sequential.of(
                new dev.ballast.nn.Flatten(),
                Linear.of("fc1", 784, 32),
                Activation.RELU,
                Linear.of("fc2", 32, 10)));
    TrainingOptions o = TrainingOptions.of(new CrossEntropy(), optimizer);
    var graph = Graphs.trainingStep(model, o.loss(), optimizer, BATCH);
    try (IdxDataset data = Mnist.train(0, 1);
        Session s = Session.open(Planner.plan(graph, o.plan()))) {
      PARAMETERS.forEach((own, torchs) -> s.parameter(own).copyFrom(trace.get("init." + torchs)));
      s.input(Graphs.RATE).copyFrom((float) optimizer.learningRate());
      for (int step = 0; step < 10; step++) {
        for (int row = 0; row < BATCH; row++) {
          data.copy(step * BATCH + row, s.input(Model.INPUT), s.input(Graphs.TARGET), row);
        }
        s.run();
        assertEquals(
            trace.get("losses")[step], s.output(Graphs.LOSS).get(0), 1e-5, "loss of step " + step);
      }
      PARAMETERS.forEach(
          (own, torchs) -> {
            Slice mine = s.parameter(own);
            assertArrayEquals(trace.get("final." + torchs), mine.toFloats(), 1e-5f, own);
          });
    }
  }
}
