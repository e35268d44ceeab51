package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLayersTest {
  private static final Loss LOSS = new CrossEntropy();

  private static Model model(Layer... layers) {
    return new Model("images", Shape.of(2, 6, 6), Sequential.of(layers));
  }

  private static Model net() {
    return model(
        Conv2d.of("conv", 2, 4, Window.of(3).withPadding(1)),
        BatchNorm2d.of("norm", 4),
        Activation.RELU,
        MaxPool2d.of(2),
        AvgPool2d.of(3),
        new Flatten(),
        Linear.of("fc", 4, 3));
  }

  private static void fill(Slice s, long seed) {
    Philox random = new Philox(seed, 0);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, 3 + 2 * random.nextGaussian());
    }
  }

  private static Session open(Graph graph) {
    return Session.open(Planner.plan(graph, PlanOptions.defaults()));
  }

  @Test
  void parametersAreNamedAndShapedAsTorchsAre() {
    Graph g = net().inference(5);
    assertEquals(
        List.of(
            "conv.weight f32[4x2x3x3]",
            "conv.bias f32[4]",
            "norm.weight f32[4]",
            "norm.bias f32[4]",
            "norm.running_mean f32[4]",
            "norm.running_var f32[4]",
            "fc.weight f32[3x4]",
            "fc.bias f32[3]"),
        g.parameters().stream().map(p -> p.name() + " " + p.type()).toList());
    assertEquals(TensorType.f32(5, 3), g.outputs().get(Model.OUTPUT).type());
  }

  @Test
  void convolutionsStartWithinTorchsBound() {
    double bound = 1 / Math.sqrt(2 * 3 * 3);
    try (Session s = open(net().inference(1))) {
      net().initialize(1, s::parameter);
      double[] w = s.parameter("conv.weight").toDoubles();
      double largest = Arrays.stream(w).map(Math::abs).max().orElseThrow();
      assertTrue(largest <= bound && largest > 0.9 * bound, largest + " of " + bound);
      assertEquals(1, s.parameter("norm.running_var").get(2));
      assertEquals(0, s.parameter("norm.running_mean").get(2));
    }
  }

  @Test
  void reluIsTakenAfterThePoolThatFollowsIt() {
    List<String> ops =
        model(Activation.RELU, MaxPool2d.of(2)).inference(1).nodes().stream()
            .map((Node n) -> n.op().name())
            .toList();
    assertEquals(List.of("max_pool2d", "relu"), ops);
  }

  @Test
  void trainingKeepsThePlacesOfTheLargestAndNotTheImages() {
    Graph g = Graphs.trainingStep(net(), LOSS, Sgd.of(0.1), 16);
    List<String> ops = g.nodes().stream().map((Node n) -> n.op().name()).toList();
    assertTrue(ops.contains("max_pool2d_places"), ops.toString());
    assertFalse(ops.contains("max_pool2d"), ops.toString());
  }

  /** running ← 0.9 running + 0.1 batch, the variance with n − 1, on two steps of one batch. */
  @Test
  void runningStatisticsFollowTheBatchAndNoOptimizer() {
    Model norm = model(BatchNorm2d.of("norm", 2), new Flatten(), Linear.of("fc", 72, 3));
    Optimizer adam = Adam.decoupled(0.1);
    try (Session s = open(Graphs.trainingStep(norm, LOSS, adam, 4))) {
      norm.initialize(1, s::parameter);
      s.input(Graphs.RATE).set(0, 0.1);
      Slice x = s.input(Model.INPUT);
      fill(x, 3);
      double[] pixels = x.toDoubles();
      s.run();
      s.run();
      for (int c = 0; c < 2; c++) {
        double mean = 0;
        double squares = 0;
        int n = 4 * 36;
        for (int i = 0; i < n; i++) {
          double v = pixels[(i / 36 * 2 + c) * 36 + i % 36];
          mean += v / n;
          squares += v * v;
        }
        double variance = (squares - n * mean * mean) / (n - 1);
        assertEquals(0.19 * mean, s.parameter("norm.running_mean").get(c), 1e-5);
        assertEquals(0.81 + 0.19 * variance, s.parameter("norm.running_var").get(c), 1e-5);
      }
      assertTrue(s.parameter("norm.weight").get(0) != 1, "the optimizer changes the weight");
    }
  }

  @Test
  void inferenceNormalizesByTheRunningStatistics() {
    Model norm = model(new BatchNorm2d("norm", 2, 0.5, 0.1));
    try (Session s = open(norm.inference(1))) {
      norm.initialize(1, s::parameter);
      s.parameter("norm.running_mean").copyFrom(1f, 2f);
      s.parameter("norm.running_var").copyFrom(3.5f, 15.5f);
      s.parameter("norm.weight").copyFrom(1f, 4f);
      s.parameter("norm.bias").copyFrom(0f, -1f);
      s.input(Model.INPUT).fill(5);
      s.run();
      assertEquals(4 / 2.0, s.output(Model.OUTPUT).get(0), 1e-6);
      assertEquals(3 / 4.0 * 4 - 1, s.output(Model.OUTPUT).get(36), 1e-6);
    }
  }

  @Test
  void aSavedModelServesWhatWasTrained(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("images.ballast");
    Graph serving = Graphs.serving(net(), LOSS, 1);
    try (Session s = open(serving)) {
      net().initialize(5, s::parameter);
      fill(s.parameter("norm.running_mean"), 8);
      fill(s.input(Model.INPUT), 9);
      s.run();
      ModelFile.write(file, serving, s.weights(), new TreeMap<>());
      try (ModelFile saved = ModelFile.open(file);
          Session again =
              Session.open(
                  Planner.plan(saved.graph(), PlanOptions.defaults()),
                  saved.weights(),
                  SessionOptions.defaults())) {
        fill(again.input(Model.INPUT), 9);
        again.run();
        assertEquals(
            Arrays.toString(s.output(Model.OUTPUT).toFloats()),
            Arrays.toString(again.output(Model.OUTPUT).toFloats()));
      }
    }
  }

  @Test
  void anOptimizerIsGivenAllWeightsButTheRunningOnes() {
    GraphBuilder b = new GraphBuilder("g");
    LayerScope scope = new LayerScope(b, true);
    net().body().apply(scope, b.input("x", net().inputType(4)));
    List<String> trained = scope.trainable().stream().map(e -> e.value().name()).toList();
    List<String> all = b.build().parameters().stream().map(Value.Parameter::name).toList();
    assertEquals(all.size() - 2, trained.size());
    assertFalse(trained.contains("norm.running_mean"));
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    assertEquals(
        "conv2d: 3 channels in and 4 out do not fall into 2 groups",
        assertThrows(
                IllegalArgumentException.class,
                () -> Conv2d.of("c", 3, 4, Window.of(3)).withGroups(2))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> new BatchNorm2d("n", 3, 0, 0.1));
    assertThrows(IllegalArgumentException.class, () -> new BatchNorm2d("n", 3, 1e-5, 2));
    Window dilated = new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0), List.of(2, 2));
    assertThrows(IllegalArgumentException.class, () -> new AvgPool2d(dilated, true));
  }
}
