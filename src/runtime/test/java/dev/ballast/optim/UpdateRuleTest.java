package dev.ballast.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Golden;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ten steps leave parameters and averages where PyTorch's leave them, after every step. */
class UpdateRuleTest {
  private static final int STEPS = 10;
  private static final OptionalDouble AS_OTHERS = OptionalDouble.empty();

  private static final Map<String, UpdateRule> RULES =
      Map.ofEntries(
          Map.entry("sgd", UpdateRule.of(Sgd.of(0.125))),
          Map.entry("sgd_nesterov", UpdateRule.of(new Sgd(0.125, 0.875, true, 0.25))),
          Map.entry("adam", UpdateRule.of(Adam.of(0.125))),
          Map.entry("adamw", UpdateRule.of(Adam.decoupled(0.125))),
          Map.entry("rmsprop", UpdateRule.of(RmsProp.of(0.0625))),
          Map.entry(
              "rmsprop_decay", UpdateRule.of(new RmsProp(0.0625, 0.75, 1e-3, 0.25, 0, false))),
          Map.entry(
              "rmsprop_centered_momentum",
              UpdateRule.of(new RmsProp(0.0625, 0.875, 1e-8, 0, 0.75, true))),
          Map.entry("adagrad", UpdateRule.of(Adagrad.of(0.125))),
          Map.entry("adagrad_all", UpdateRule.of(new Adagrad(0.125, 0.25, 0.125, 0.5, 1e-3))),
          Map.entry("adadelta", UpdateRule.of(Adadelta.of(1))),
          Map.entry("adadelta_decay", UpdateRule.of(new Adadelta(0.5, 0.75, 1e-3, 0.25))),
          Map.entry("lion", UpdateRule.of(Lion.of(0.125))),
          Map.entry("lion_decay", UpdateRule.of(new Lion(0.0625, 0.75, 0.875, 0.25))),
          Map.entry(
              "groups",
              UpdateRule.of(Adam.of(0.125).withWeightDecay(0.5))
                  .withGroups(
                      ParameterGroups.of(
                          new ParameterGroup.Tuned("w", 1, OptionalDouble.of(0.25)),
                          new ParameterGroup.Tuned("?", 0.25, AS_OTHERS)))),
          Map.entry(
              "frozen",
              UpdateRule.of(Sgd.of(0.125).withMomentum(0.75))
                  .withGroups(ParameterGroups.of(new ParameterGroup.Frozen("b*")))),
          Map.entry(
              "clip_norm", UpdateRule.of(Sgd.of(0.125)).withClipping(new Clipping.ByNorm(1.5))),
          Map.entry(
              "clip_norm_of_the_trained",
              UpdateRule.of(Sgd.of(0.125))
                  .withGroups(ParameterGroups.of(new ParameterGroup.Frozen("b")))
                  .withClipping(new Clipping.ByNorm(1.5))),
          Map.entry(
              "clip_value",
              UpdateRule.of(RmsProp.of(0.125)).withClipping(new Clipping.ByValue(0.5))),
          Map.entry("average", UpdateRule.of(Adam.of(0.125)).withAverage(new WeightAverage(0.75))),
          Map.entry(
              "average_of_the_composed",
              UpdateRule.of(new RmsProp(0.125, 0.99, 1e-8, 0, 0.5, false))
                  .withAverage(new WeightAverage(0.75))));

  private static final List<Golden> GOLDENS = Golden.read("update-rules.txt");
  private static final Map<String, Literal> GIVEN = GOLDENS.getFirst().given();

  @Test
  void everyGoldenHasItsRule() {
    assertEquals(
        RULES.keySet(), GOLDENS.stream().skip(1).map(Golden::name).collect(Collectors.toSet()));
  }

  @TestFactory
  Stream<DynamicTest> everyStepIsPyTorchs() {
    return GOLDENS.stream()
        .skip(1)
        .flatMap(
            g ->
                Stream.of(DType.F32, DType.F64)
                    .map(t -> dynamicTest(g.name() + " " + t, () -> compare(g, t))));
  }

  private static void compare(Golden golden, DType dtype) {
    UpdateRule rule = RULES.get(golden.name());
    Graph graph = Passes.forRunning(graph(rule, dtype));
    double tolerance = dtype == DType.F64 ? 1e-12 : 2e-6;
    SessionOptions poisoned = SessionOptions.defaults().withPoison(true);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()), poisoned)) {
      for (String p : List.of("w", "b")) {
        s.parameter(p).copyFrom(Golden.as(dtype, GIVEN.get(p)));
      }
      s.input("rate").fill(rule.optimizer().learningRate());
      for (int step = 0; step < STEPS; step++) {
        for (Value.Input i : graph.inputs()) {
          if (!i.name().equals("rate")) {
            s.input(i.name()).copyFrom(Golden.as(dtype, GIVEN.get(i.name() + step)));
          }
        }
        s.run();
        for (Map.Entry<String, Literal> e : golden.expected().entrySet()) {
          String name = e.getKey().substring(0, e.getKey().length() - 1);
          if (e.getKey().equals(name + step)) {
            double[] got = (name.startsWith("ema") ? s.state(name) : s.parameter(name)).toDoubles();
            for (int k = 0; k < got.length; k++) {
              assertEquals(e.getValue().get(k), got[k], tolerance, e.getKey() + " at " + k);
            }
          }
        }
      }
    }
  }

  private static Graph graph(UpdateRule rule, DType dtype) {
    GraphBuilder b = new GraphBuilder("update");
    List<Expr> parameters =
        Stream.of("w", "b").map(n -> b.parameter(n, GIVEN.get(n).type().withDType(dtype))).toList();
    List<Expr> trained = rule.trained(parameters);
    List<Expr> gradients =
        trained.stream().map(p -> b.input("g" + p.value().name(), p.type())).toList();
    Expr rate = b.input("rate", TensorType.of(dtype));
    b.during(
        Phase.UPDATE,
        () -> {
          rule.emit(b, trained, gradients, rate);
          return rate;
        });
    return b.build();
  }

  /** Only the gradient is in SCRATCH: every rule is one loop that writes over what it reads. */
  @TestFactory
  Stream<DynamicTest> aStepNeedsNoBytesButTheGradients() {
    return Stream.of(
            RmsProp.of(0.1).withWeightDecay(0.1),
            new RmsProp(0.1, 0.9, 1e-8, 0.1, 0.9, true),
            new Adagrad(0.1, 0.1, 0.1, 0.1, 1e-10),
            Adadelta.of(1).withWeightDecay(0.1),
            Lion.of(0.1).withWeightDecay(0.1))
        .map(o -> dynamicTest(o.toString(), () -> assertInPlace(UpdateRule.of(o))));
  }

  @Test
  void anAverageOfAComposedRuleIsPartOfItsLoop() {
    assertInPlace(UpdateRule.of(Lion.of(0.1)).withAverage(new WeightAverage(0.9)));
  }

  @Test
  void clippingWritesOverTheGradients() {
    UpdateRule rule = UpdateRule.of(RmsProp.of(0.1));
    assertEquals(
        1,
        matrices(rule.withClipping(new Clipping.ByValue(1))),
        "by value: one gradient at a time");
    assertEquals(2, matrices(rule.withClipping(new Clipping.ByNorm(1))), "by norm: both at once");
  }

  private static void assertInPlace(UpdateRule rule) {
    assertEquals(1, matrices(rule), rule.toString());
  }

  /** How many matrices of a parameter's size a step with two of them has in SCRATCH. */
  private static long matrices(UpdateRule rule) {
    GraphBuilder b = new GraphBuilder("update");
    TensorType type = TensorType.f32(64, 64);
    Expr x = b.input("x", TensorType.f32(2, 64));
    List<Expr> parameters = List.of(b.parameter("v", type), b.parameter("w", type));
    List<Expr> gradients =
        List.of(Ops.matmul(x, x, true, false), Ops.matmul(x, Ops.neg(x), true, false));
    rule.emit(b, parameters, gradients, b.input("rate", TensorType.f32()));
    Graph graph = Passes.forRunning(b.build());
    Plan plan = Planner.plan(graph, PlanOptions.defaults());
    long loops = graph.nodes().stream().filter(n -> n.op().name().equals("fused")).count();
    assertTrue(loops >= 2, graph.toString());
    return plan.bytes(Region.SCRATCH) / type.bytes();
  }

  @Test
  void aFrozenParameterHasNoStateAndNoGradient() {
    UpdateRule rule = RULES.get("frozen");
    Graph graph = graph(rule, DType.F32);
    assertEquals(List.of("velocity.w"), graph.states().stream().map(Value::name).toList());
    assertEquals(
        List.of("w"), graph.updates().keySet().stream().limit(1).map(Value::name).toList());
  }

  @Test
  void aGroupOfNothingIsToldWithTheNamesThereAre() {
    UpdateRule rule = UpdateRule.of(Sgd.of(0.1));
    assertEquals(
        "no parameter is left for the group 'conv*' among [w, b]",
        complaint(rule.withGroups(ParameterGroups.of(new ParameterGroup.Frozen("conv*")))));
    assertEquals(
        "no parameter is left for the group 'b' among [w, b]",
        complaint(
            rule.withGroups(
                ParameterGroups.of(
                    new ParameterGroup.Tuned("*", 2, AS_OTHERS), new ParameterGroup.Frozen("b")))));
    assertEquals(
        "all parameters are frozen: [w, b]",
        complaint(rule.withGroups(ParameterGroups.of(new ParameterGroup.Frozen("*")))));
  }

  private static String complaint(UpdateRule rule) {
    return assertThrows(IllegalArgumentException.class, () -> graph(rule, DType.F32)).getMessage();
  }

  @Test
  void patternsAreNamesWithStarsAndQuestionMarks() {
    ParameterGroup weights = new ParameterGroup.Frozen("conv?.*ight");
    assertTrue(weights.matches("conv1.weight"));
    assertTrue(weights.matches("conv1.inner.weight"));
    assertTrue(!weights.matches("conv12.weight") && !weights.matches("conv1.weights"));
    assertTrue(!new ParameterGroup.Frozen("a.b").matches("axb"), "a dot is a dot");
  }

  @Test
  void hyperparametersOutOfRangeAreNamed() {
    assertEquals(
        "learning rate must be a finite number of at least 0, not NaN",
        message(() -> Lion.of(Double.NaN)));
    assertEquals(
        "beta2 must be in [0, 1), not 1.0", message(() -> new Adam(1, 0.9, 1, 1e-8, 0, false)));
    assertEquals("rho must be in [0, 1], not 1.5", message(() -> new Adadelta(1, 1.5, 1e-6, 0)));
    assertEquals(
        "smoothing must be in [0, 1], not -0.1",
        message(() -> new RmsProp(1, -0.1, 1e-8, 0, 0, false)));
    assertEquals(
        "initial sum must be a finite number of at least 0, not -1.0",
        message(() -> new Adagrad(1, 0, 0, -1, 0)));
    assertEquals(
        "weight decay must be a finite number of at least 0, not Infinity",
        message(() -> Sgd.of(1).withWeightDecay(Double.POSITIVE_INFINITY)));
    assertEquals("nesterov needs a momentum above 0", message(() -> new Sgd(1, 0, true, 0)));
    assertEquals(
        "norm must be a finite number above 0, not 0.0", message(() -> new Clipping.ByNorm(0)));
    assertEquals(
        "rate factor must be a finite number of at least 0, not -1.0",
        message(() -> new ParameterGroup.Tuned("*", -1, AS_OTHERS)));
    assertEquals("ema must be in [0, 1], not 2.0", message(() -> new WeightAverage(2)));
  }

  private static String message(Runnable made) {
    return assertThrows(IllegalArgumentException.class, made::run).getMessage();
  }

  /** A constant gradient has no spread: rounding must not take its root to NaN. */
  @Test
  void aCenteredRootStaysANumber() {
    GraphBuilder b = new GraphBuilder("constant gradient");
    TensorType type = TensorType.f32(1000);
    Expr p = b.parameter("p", type);
    Expr g = b.input("g", type);
    Expr rate = b.input("rate", TensorType.f32());
    new RmsProp(0.1, 0.9, 1e-8, 0, 0, true)
        .emit(new ParameterStep(b, p, g, rate, Optional.empty()));
    Graph graph = Passes.forRunning(b.build());
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      s.input("rate").fill(1e-9);
      for (int i = 0; i < 1000; i++) {
        s.input("g").set(i, 1 + i / 7.0);
      }
      for (int step = 0; step < 300; step++) {
        s.run();
      }
      for (double d : s.parameter("p").toDoubles()) {
        assertTrue(Double.isFinite(d), "p " + d);
      }
      assertEquals(Shape.of(1000), s.parameter("p").type().shape());
    }
  }
}
