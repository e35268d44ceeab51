package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.check.GradientCheck;
import dev.ballast.check.GradientCheckOptions;
import dev.ballast.check.GradientCheckResult;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.op.Ops;
import dev.ballast.op.Product;
import dev.ballast.optim.Adam;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What recurrent layers promise besides PyTorch's numbers, which {@code RecurrentGoldensTest} has.
 */
class RecurrentLayersTest {
  enum Kind {
    GRU,
    LSTM;

    Layer of(int in, int hidden, int layers, double dropout, boolean last) {
      return this == GRU
          ? new Gru("rnn", in, hidden, layers, dropout, last)
          : new Lstm("rnn", in, hidden, layers, dropout, last);
    }
  }

  private static void fill(Slice s, long seed) {
    Philox random = new Philox(seed, 0);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, random.nextGaussian());
    }
  }

  private static Session open(Graph graph) {
    return Session.open(Planner.plan(graph, PlanOptions.defaults()));
  }

  @Test
  void parametersAreNamedAndShapedAsTorchsAre() {
    Model gru = new Model("m", Shape.of(3, 2), Gru.of("rnn", 2, 5).withLayers(2, 0));
    Graph g = gru.inference(7);
    assertEquals(
        List.of(
            "rnn.weight_ih_l0 f32[15x2]",
            "rnn.weight_hh_l0 f32[15x5]",
            "rnn.bias_ih_l0 f32[15]",
            "rnn.bias_hh_l0 f32[15]",
            "rnn.weight_ih_l1 f32[15x5]",
            "rnn.weight_hh_l1 f32[15x5]",
            "rnn.bias_ih_l1 f32[15]",
            "rnn.bias_hh_l1 f32[15]"),
        g.parameters().stream().map(p -> p.name() + " " + p.type()).toList());
    assertEquals(TensorType.f32(7, 3, 5), g.outputs().get(Model.OUTPUT).type());
    Model lstm = new Model("m", Shape.of(3, 2), Lstm.of("rnn", 2, 5).onlyLast());
    g = lstm.inference(7);
    assertEquals(TensorType.f32(20, 5), g.parameters().get(1).type());
    assertEquals(TensorType.f32(7, 5), g.outputs().get(Model.OUTPUT).type());
  }

  @Test
  void allWeightsStartWithinTorchsBound() {
    Model m = new Model("m", Shape.of(2, 3), Gru.of("rnn", 3, 25));
    try (Session s = open(m.inference(1))) {
      m.initialize(1, s::parameter);
      for (Value.Parameter p : m.inference(1).parameters()) {
        double[] w = s.parameter(p.name()).toDoubles();
        double largest = Arrays.stream(w).map(Math::abs).max().orElseThrow();
        assertTrue(largest <= 0.2 && largest > 0.18, p + ": " + largest);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreTheDifferences(Kind kind) {
    GraphBuilder b = new GraphBuilder("check");
    Expr x = b.parameter("x", TensorType.f64(2, 3, 2));
    Expr y = kind.of(2, 3, 2, 0, false).apply(new LayerScope(b, false), x);
    b.output("loss", Ops.mean(Ops.square(y)));
    Graph g = b.build();
    try (GradientCheck check = GradientCheck.ofParameters(g, "loss")) {
      g.parameters().forEach(p -> fill(check.forward().parameter(p.name()), p.id()));
      GradientCheckResult r = check.run(GradientCheckOptions.defaults());
      assertTrue(r.passed(), r::toString);
      assertEquals(9, r.variables().size());
    }
  }

  /** A graph that serves one example is planned again for seven. */
  @ParameterizedTest
  @EnumSource
  void aSavedModelServesEveryBatchSize(Kind kind, @TempDir Path folder) throws IOException {
    Model m = new Model("m", Shape.of(4, 3), kind.of(3, 5, 2, 0.5, false));
    Path file = folder.resolve("rnn.ballast");
    Graph serving = m.inference(7);
    try (Session s = open(serving)) {
      m.initialize(5, s::parameter);
      fill(s.input(Model.INPUT), 9);
      s.run();
      ModelFile.write(file, m.inference(1), s.weights(), new TreeMap<>());
      try (ModelFile saved = ModelFile.open(file);
          Session again =
              Session.open(
                  Planner.plan(
                      Passes.forServing(Rebatch.run(saved.graph(), 7)), PlanOptions.defaults()),
                  saved.weights(),
                  SessionOptions.defaults())) {
        fill(again.input(Model.INPUT), 9);
        again.run();
        assertArrayEquals(
            s.output(Model.OUTPUT).toDoubles(), again.output(Model.OUTPUT).toDoubles(), 1e-5);
      }
    }
  }

  @Test
  void dropoutActsBetweenLayersInTrainingOnly() {
    Layer dropped = Gru.of("rnn", 2, 3).withLayers(3, 0.5);
    for (boolean training : new boolean[] {true, false}) {
      GraphBuilder b = new GraphBuilder("g");
      dropped.apply(new LayerScope(b, training), b.input("x", TensorType.f32(2, 4, 2)));
      long drops = b.nodes().stream().filter(n -> n.op().name().equals("dropout")).count();
      assertEquals(training ? 2 : 0, drops);
    }
  }

  /**
   * Each step's part of ∂L/∂W_hh is added where the sum lies, so that its T summands need no bytes;
   * and the gradients of a step lie in those of all from the start, or the concatenations would
   * need T·B·H numbers a gate more.
   */
  @ParameterizedTest
  @EnumSource
  void gradientsOfAllStepsAreAddedUpInPlace(Kind kind) {
    int steps = 24;
    Model m =
        new Model(
            "m",
            Shape.of(steps, 16),
            Sequential.of(kind.of(16, 64, 1, 0, true), Linear.of("fc", 64, 5)));
    Graph g = Graphs.trainingStep(m, new CrossEntropy(), Adam.of(0.01), 8);
    int gates = kind == Kind.GRU ? 3 : 4;
    List<Node> ofWeights =
        g.nodes().stream()
            .filter(n -> n.op() instanceof Product.MatMulAdd p && p.transposeA())
            .filter(n -> n.results().getFirst().type().equals(TensorType.f32(64, 64)))
            .toList();
    assertEquals(gates * (steps - 2), ofWeights.size());
    assertTrue(g.nodes().stream().noneMatch(n -> n.op().name().equals("pad")));
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    long step = 4L * 8 * 64;
    // What all steps keep: h, the gates and, of GRU, W_hn·h, of LSTM c and tanh c; and the
    // gradients of the gates, which take the place of what is kept as it dies.
    long kept = steps * step * (kind == Kind.GRU ? 5 : 7);
    long sums = 2L * gates * 4 * 64 * (64 + 16);
    assertTrue(
        plan.bytes(Region.SCRATCH) < kept + gates * steps * step + sums,
        plan.bytes(Region.SCRATCH) + " of " + kept);
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    GraphBuilder b = new GraphBuilder("g");
    LayerScope scope = new LayerScope(b, false);
    Expr x = b.input("x", TensorType.f32(2, 4));
    assertEquals(
        "gru: needs [B, T, 4], steps of 4 numbers, and gets f32[2x4]",
        assertThrows(ShapeException.class, () -> Gru.of("rnn", 4, 3).apply(scope, x)).getMessage());
    assertEquals(
        "lstm: in 4, hidden 0 and layers 1 must be at least 1",
        assertThrows(IllegalArgumentException.class, () -> Lstm.of("rnn", 4, 0)).getMessage());
    assertEquals(
        "gru: dropout 1.0 is not in [0, 1)",
        assertThrows(IllegalArgumentException.class, () -> Gru.of("rnn", 4, 3).withLayers(2, 1))
            .getMessage());
  }
}
