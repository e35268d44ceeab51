package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.check.GradientCheck;
import dev.ballast.check.GradientCheckOptions;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.op.Ops;
import dev.ballast.optim.Adam;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Retype;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Golden;
import dev.ballast.runtime.Outcome;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import dev.ballast.train.RandomBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Layers on sequences compute what PyTorch's do, forward and backward, and a small GPT learns as it
 * does there; see {@code sequence_goldens.py}.
 */
class TorchSequencesTest {
  private static final Map<String, Golden> GOLDENS =
      Golden.read("sequences.txt").stream()
          .collect(Collectors.toMap(Golden::name, g -> g, (a, b) -> a, LinkedHashMap::new));

  private static final Map<String, Layer> LAYERS = new LinkedHashMap<>();

  static {
    LAYERS.put("embedding", Embedding.of("wte", 5, 3));
    LAYERS.put("positions", Positions.of("wpe", 3, 4));
    LAYERS.put("layer_norm", LayerNorm.of("ln", 5));
    LAYERS.put("layer_norm_of_17_without_bias", LayerNorm.of("ln", 17).withoutBias());
    LAYERS.put("layer_norm_of_wide_rows", new LayerNorm("ln", 40, 0.1, true));
    LAYERS.put("attention", MultiHeadAttention.of("attn", 6, 2, false));
    LAYERS.put("causal_attention", MultiHeadAttention.of("attn", 6, 3, true));
    LAYERS.put(
        "causal_attention_without_bias", MultiHeadAttention.of("attn", 4, 1, true).withoutBias());
    LAYERS.put("attention_of_one_place", MultiHeadAttention.of("attn", 4, 2, true));
  }

  @Test
  void everyGoldenIsCompared() {
    List<String> names = new ArrayList<>(LAYERS.keySet());
    names.add("gpt");
    assertEquals(names, List.copyOf(GOLDENS.keySet()));
  }

  @TestFactory
  Stream<DynamicTest> layersAreTorchs() {
    return LAYERS.entrySet().stream()
        .map(e -> dynamicTest(e.getKey(), () -> compare(GOLDENS.get(e.getKey()), e.getValue())));
  }

  private static void compare(Golden golden, Layer layer) {
    Graph f32 = graph(golden, layer, DType.F32);
    Graph f64 = Retype.run(graph(golden, layer, DType.F64), DType.F64);
    Feed doubles = feed(golden, f64);
    assertExpected(golden, doubles.interpret(f64, 1), DType.F64, 1e-10);
    assertExpected(golden, doubles.run(Passes.standard(f64)), DType.F64, 1e-10);
    Feed floats = feed(golden, f32);
    Graph passed = Passes.forRunning(f32);
    Outcome reused = floats.run(passed);
    assertExpected(golden, reused, DType.F32, 1e-5);
    PlanOptions apart = PlanOptions.defaults().withReuse(false);
    floats.run(passed, apart, 1).assertSameBits(reused);
  }

  /** y, and the gradients of Σ y · w by the input, where it is floating, and by all parameters. */
  private static Graph graph(Golden golden, Layer layer, DType dtype) {
    GraphBuilder b = new GraphBuilder(golden.name());
    LayerScope scope = new LayerScope(b, true);
    TensorType type = golden.given().get("x").type();
    boolean floating = type.dtype().isFloating();
    Expr x = b.input("x", type.withDType(floating ? dtype : DType.I32));
    Expr y = layer.apply(scope, x);
    Expr loss = Ops.sum(Ops.mul(y, b.input("w", y.type())));
    List<Expr> by = new ArrayList<>(scope.trainable());
    if (floating) {
      by.addFirst(x);
    }
    List<Expr> gradients = Autodiff.gradients(loss, by);
    b.output("y", y);
    for (int i = 0; i < by.size(); i++) {
      b.output("d" + by.get(i).value().name(), gradients.get(i));
    }
    return b.build();
  }

  private static Feed feed(Golden golden, Graph graph) {
    Feed f = new Feed();
    Map<String, TensorType> types = new LinkedHashMap<>();
    graph.values().stream()
        .filter(v -> !(v instanceof Value.Result))
        .forEach(v -> types.put(v.name(), v.type()));
    golden.given().forEach((name, l) -> f.with(name, literal(types.get(name), l)));
    return f;
  }

  private static Literal literal(TensorType type, Literal l) {
    double[] values = new double[(int) l.type().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = l.get(i);
    }
    return Literal.of(type, values);
  }

  private static void assertExpected(Golden golden, Outcome o, DType dtype, double tolerance) {
    assertTrue(golden.expected().size() >= 2, "too little to compare");
    golden
        .expected()
        .forEach(
            (name, e) ->
                Outcome.assertClose(name, Golden.as(dtype, e), o.output(name), tolerance * 10));
  }

  private static Model gpt() {
    List<Layer> blocks = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Layer attention =
          Sequential.of(
              LayerNorm.of("ln_1", 6).withoutBias(),
              MultiHeadAttention.of("attn", 6, 2, true).withoutBias());
      Layer perceptron =
          Sequential.of(
              LayerNorm.of("ln_2", 6).withoutBias(),
              Linear.of("c_fc", 6, 12).withoutBias(),
              Activation.GELU,
              Linear.of("c_proj", 12, 6).withoutBias());
      blocks.add(Sequential.of(new Residual(attention), new Residual(perceptron)));
    }
    Layer body =
        Sequential.of(
            Embedding.of("wte", 7, 6),
            Positions.of("wpe", 4, 6),
            Named.list("h", blocks),
            LayerNorm.of("ln_f", 6).withoutBias(),
            new TiedLinear("lm_head", "wte"));
    return new Model("gpt", Shape.of(4), DType.I32, body);
  }

  /** In f64 the constants, as ε, are those of f32 still. */
  private static void learn(DType dtype, double tolerance) {
    Golden golden = GOLDENS.get("gpt");
    Adam adamw = new Adam(0.01, 0.9, 0.99, 1e-8, 0.1, true);
    Graph step = Graphs.trainingStep(gpt(), new CrossEntropy(), adamw, 3);
    Graph graph = dtype == DType.F32 ? step : Retype.run(step, dtype);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      for (Value.Parameter p : graph.parameters()) {
        s.parameter(p.name()).copyFrom(literal(p.type(), golden.given().get(p.name())));
      }
      s.input(Graphs.RATE).set(0, 0.01);
      for (int k = 0; golden.given().containsKey("x" + k); k++) {
        set(s.input(Model.INPUT), golden.given().get("x" + k));
        set(s.input(Graphs.TARGET), golden.given().get("target" + k));
        s.run();
        double loss = golden.expected().get("loss" + k).get(0);
        assertEquals(loss, s.output(Graphs.LOSS).get(0), tolerance, "loss " + k);
      }
      for (Value.Parameter p : graph.parameters()) {
        Literal expected = Golden.as(dtype, golden.expected().get(p.name()));
        Outcome.assertClose(
            p.name(), expected, Feed.literal(s.parameter(p.name())), 10 * tolerance);
      }
      assertEquals(
          golden.expected().keySet().stream().filter(n -> !n.startsWith("loss")).toList(),
          graph.parameters().stream().map(Value::name).toList());
    }
  }

  private static void set(Slice to, Literal from) {
    for (int i = 0; i < to.elements(); i++) {
      to.setLong(i, (long) from.get(i));
    }
  }

  @Test
  void aSmallGptLearnsAsItDoesInPyTorch() {
    learn(DType.F64, 1e-7);
    learn(DType.F32, 1e-5);
  }

  @Test
  void gradientsOfASmallGptAreThoseOfDifferences() {
    Graph loss = Retype.run(Graphs.trainingLoss(gpt(), new CrossEntropy(), 2), DType.F64);
    try (GradientCheck check = GradientCheck.ofParameters(loss, Graphs.LOSS)) {
      gpt().initialize(3, check.forward()::parameter);
      RandomBatch.of(gpt(), new CrossEntropy(), 3).fill(check.forward());
      var result = check.run(GradientCheckOptions.defaults());
      assertTrue(result.passed(), result.toString());
    }
  }

  /** Each place of a causal network is blind to what comes after it. */
  @Test
  void whatComesLaterChangesNothing() {
    Graph graph = gpt().inference(1);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      gpt().initialize(1, s::parameter);
      s.input(Model.INPUT).copyFrom(1, 2, 3, 4);
      s.run();
      float[] before = s.output(Model.OUTPUT).toFloats();
      s.input(Model.INPUT).copyFrom(1, 2, 6, 0);
      s.run();
      float[] after = s.output(Model.OUTPUT).toFloats();
      int later = 0;
      for (int i = 0; i < before.length; i++) {
        if (i < 2 * 7) {
          assertEquals(before[i], after[i], "output " + i);
        } else {
          later += before[i] == after[i] ? 0 : 1;
        }
      }
      assertTrue(later > 7, "only " + later + " of the later ones changed");
    }
  }
}
