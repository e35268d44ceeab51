package dev.ballast.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.Slice;
import dev.ballast.op.Ops;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker is checked: on gradients that are right, that are wrong, and at kinks. */
class GradientCheckTest {
  private static final GradientCheckOptions OPTIONS = GradientCheckOptions.defaults();

  /** loss = mean(f(x)²), so that gradients differ from coordinate to coordinate. */
  private static Graph lossOf(Function<Expr, Expr> f, int... dims) {
    GraphBuilder b = new GraphBuilder("test");
    Expr y = f.apply(b.parameter("x", TensorType.f64(dims)));
    b.output("loss", Ops.mean(Ops.square(y)));
    return b.build();
  }

  private static void normal(Slice x) {
    Philox random = new Philox(7, 0);
    LongStream.range(0, x.elements()).forEach(i -> x.set(i, random.nextGaussian()));
  }

  private static GradientCheckResult check(Graph g) {
    try (GradientCheck check = GradientCheck.ofParameters(g, "loss")) {
      g.parameters().forEach(p -> normal(check.forward().parameter(p.name())));
      return check.run(OPTIONS);
    }
  }

  private static GradientCheckResult check(Graph g, double... x) {
    try (GradientCheck check = GradientCheck.ofParameters(g, "loss")) {
      check.forward().parameter("x").copyFrom(x);
      return check.run(OPTIONS);
    }
  }

  private static Graph cube(BiFunction<Expr, Expr, Expr> rule) {
    return lossOf(x -> x.builder().apply(new WrongOps.Cube(rule), x), 3, 4);
  }

  private static Expr scaled(double by, Expr x, Expr dy) {
    return Ops.mul(dy, Ops.mul(Ops.constant(x, by), Ops.square(x)));
  }

  @Test
  void theRightRuleOfAUsersOpPasses() {
    GradientCheckResult r = check(cube((x, dy) -> scaled(3, x, dy)));
    assertTrue(r.passed(), r::toString);
    assertEquals(12, r.variables().getFirst().coordinates());
    assertTrue(r.variables().getFirst().largestRelativeError() < 1e-7, r::toString);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-3, 2, 3.0001, 2.99999, 0, Double.NaN})
  void aWrongSignOrFactorFailsInEveryCoordinate(double factor) {
    double[] notSmall = {0.5, -0.6, 0.7, -0.8, 0.9, 1, -1.1, 1.2, -1.3, 1.4, -1.5, 1.6};
    GradientCheckResult r = check(cube((x, dy) -> scaled(factor, x, dy)), notSmall);
    assertFalse(r.passed());
    CheckedVariable x = r.variables().getFirst();
    assertEquals(0, x.kinks());
    assertTrue(x.comparisons().stream().noneMatch(c -> c.passes(OPTIONS.tolerance())));
    assertEquals(x.worst().orElseThrow().relativeError(), x.largestRelativeError());
  }

  @Test
  void anErrorInOneCoordinateOnlyIsFoundAndNamed() {
    GradientCheckResult r =
        check(
            cube(
                (x, dy) -> {
                  Expr right = scaled(3, x, dy);
                  Expr row = Ops.slice(right, 0, 1, 2);
                  Expr wrong = Ops.mul(Ops.slice(row, 1, 2, 3), Ops.constant(x, 1.01));
                  Expr patched =
                      Ops.concat(1, Ops.slice(row, 1, 0, 2), wrong, Ops.slice(row, 1, 3, 4));
                  return Ops.concat(
                      0, Ops.slice(right, 0, 0, 1), patched, Ops.slice(right, 0, 2, 3));
                }));
    assertFalse(r.passed());
    Comparison worst = r.variables().getFirst().worst().orElseThrow();
    assertEquals(6, worst.index());
    assertEquals(1.01, worst.backward() / worst.difference(), 1e-6);
    assertEquals(0.01 / 2.01, worst.relativeError(), 1e-6);
    long wrong =
        r.variables().getFirst().comparisons().stream()
            .filter(c -> !c.passes(OPTIONS.tolerance()))
            .count();
    assertEquals(1, wrong);
  }

  private static Graph affine(BiFunction<Expr, dev.ballast.tensor.Shape, Expr> biasRule) {
    GraphBuilder b = new GraphBuilder("affine");
    Expr x = b.parameter("x", TensorType.f64(5, 3));
    Expr bias = b.parameter("bias", TensorType.f64(3));
    Expr y = b.apply(new WrongOps.AddRow(biasRule), x, bias);
    b.output("loss", Ops.mean(Ops.square(Ops.sigmoid(y))));
    return b.build();
  }

  @Test
  void aMissingSumOverTheBatchFailsForTheBiasAlone() {
    assertTrue(check(affine(Ops::sumTo)).passed());
    GradientCheckResult r =
        check(affine((dy, shape) -> Ops.reshape(Ops.slice(dy, 0, 0, 1), shape)));
    assertFalse(r.passed());
    assertTrue(r.variables().getFirst().largestRelativeError() < OPTIONS.tolerance());
    assertTrue(r.variables().getLast().largestRelativeError() > 0.01, r::toString);
    GradientCheckResult mean = check(affine((dy, shape) -> Ops.mean(dy, List.of(0), false)));
    assertFalse(mean.passed());
  }

  @Test
  void aGradientLeftOutFails() {
    GradientCheckResult r = check(cube((x, dy) -> Ops.mul(dy, Ops.constant(x, 0))));
    assertFalse(r.passed());
  }

  private static Graph hinge(double above, double below) {
    return lossOf(
        x -> Ops.add(x.builder().apply(new WrongOps.Hinge(above, below), x), Ops.constant(x, 0.7)),
        4);
  }

  /** The step is about 6e-6: on the kink, beside it, too near for any step, and far from it. */
  private static final double[] AT_KINKS = {0, 2e-6, -1e-9, 0.5};

  @Test
  void whatLiesOnAKinkIsCountedAndSkippedAndWhatLiesBesideItIsCompared() {
    GradientCheckResult r = check(hinge(1, 0), AT_KINKS);
    assertTrue(r.passed(), r::toString);
    assertEquals(
        List.of(true, false, true, false),
        r.variables().getFirst().comparisons().stream().map(Comparison::kink).toList());
    assertEquals(2, r.variables().getFirst().kinks());
    assertEquals(2, r.variables().getFirst().coordinates());
    for (double side : new double[] {1, 0.5, 0}) {
      assertTrue(check(hinge(1, side), 0, 0.5, 0.5, 0.5).passed(), "a slope between the sides");
    }
  }

  @Test
  void noDistanceToAKinkIsTakenForAWrongGradient() {
    for (double at = 1e-12; at < 1e-4; at *= 1.1) {
      GradientCheckResult r = check(hinge(1, 0), at, -at, 1, -1);
      assertTrue(r.passed(), at + ": " + r);
    }
  }

  @Test
  void aWrongGradientIsNotExcusedByAKinkNearby() {
    assertFalse(check(hinge(-1, 0), 1e-7, 2e-6, 1e-9, 3e-6).passed(), "wrong sign");
    assertFalse(check(hinge(1.1, 0), 1e-7, 2e-6, 1e-9, 3e-6).passed(), "wrong factor");
    assertFalse(check(hinge(1, 0.1), -2e-6, -3e-6, -4e-6, -5e-6).passed(), "slope where none is");
  }

  @Test
  void aStronglyBentButSmoothFunctionIsNoExcuse() {
    Function<Expr, Expr> f = x -> Ops.sin(Ops.mul(x, Ops.constant(x, 300)));
    assertTrue(check(lossOf(f, 6)).passed());
    Function<Expr, Expr> wrong =
        x -> f.apply(x.builder().apply(new WrongOps.Cube((v, dy) -> scaled(2.9, v, dy)), x));
    GradientCheckResult r = check(lossOf(wrong, 6));
    assertFalse(r.passed());
    assertEquals(0, r.variables().getFirst().kinks());
  }

  @Test
  void roundingAloneNeverFails() {
    // Σx does not change softmax: every true gradient is 0, and what is left is rounding.
    assertTrue(check(lossOf(x -> Ops.sum(Ops.softmax(x)), 8, 16)).passed());
    // At the minimum.
    assertTrue(check(lossOf(x -> x, 5), 0, 0, 0, 0, 0).passed());
    // Large numbers that nearly cancel.
    Function<Expr, Expr> cancelling =
        x -> Ops.sub(Ops.add(x, Ops.constant(x, 1e6)), Ops.constant(x, 1e6));
    assertTrue(check(lossOf(cancelling, 5)).passed());
  }

  @Test
  void inputsCanBeCheckedAsWellAsParameters() {
    GraphBuilder b = new GraphBuilder("inputs");
    Expr x = b.input("x", TensorType.f64(2, 2));
    Expr w = b.parameter("w", TensorType.f64(2));
    b.output("loss", Ops.sum(Ops.mul(Ops.exp(x), w)));
    Graph g = b.build();
    try (GradientCheck check =
        GradientCheck.of(g, "loss", List.of(g.inputs().getFirst(), g.parameters().getFirst()))) {
      Session s = check.forward();
      s.input("x").copyFrom(0.0, 1, 2, 3);
      s.parameter("w").copyFrom(2.0, -3);
      GradientCheckResult r = check.run(OPTIONS);
      assertTrue(r.passed(), r::toString);
      assertEquals(6, check.dimension());
      List<Comparison> ofX = r.variables().getFirst().comparisons();
      assertEquals(2 * Math.exp(2), ofX.get(2).backward(), 1e-12);
      assertEquals(2 * Math.exp(2), ofX.get(2).difference(), 1e-7);
      assertEquals(3.0, s.input("x").get(3));
      assertEquals(-3.0, s.parameter("w").get(1));
    }
  }

  @Test
  void aSampleIsDrawnBySeedWithoutRepetition() {
    Graph g = lossOf(Ops::tanh, 40, 25);
    try (GradientCheck check = GradientCheck.ofParameters(g, "loss")) {
      normal(check.forward().parameter("x"));
      GradientCheckOptions few = OPTIONS.withCoordinates(50);
      List<Long> first = drawn(check.run(few));
      assertEquals(50, first.stream().distinct().count());
      assertEquals(first, drawn(check.run(few)));
      assertFalse(first.equals(drawn(check.run(few.withSeed(1)))));
      assertEquals(1000, drawn(check.run(OPTIONS.withCoordinates(1000))).size());
    }
  }

  private static List<Long> drawn(GradientCheckResult r) {
    return r.variables().getFirst().comparisons().stream().map(Comparison::index).toList();
  }

  @Test
  void theCostOfDifferencesIsMeasuredWhereItIsSmallAndExtrapolatedBeyond() {
    for (int d : new int[] {64, 65}) {
      try (GradientCheck check = GradientCheck.ofParameters(lossOf(Ops::tanh, d), "loss")) {
        normal(check.forward().parameter("x"));
        GradientCost c = check.cost(0);
        assertEquals(d == 64, c.measured());
        assertEquals(d, c.dimension());
        assertTrue(c.forwardMicros() > 0 && c.backwardMicros() >= 0 && c.factor() > 0, c::toString);
        if (!c.measured()) {
          assertEquals((d + 1) * c.forwardMicros(), c.allForwardsMicros(), 1e-6);
        }
      }
    }
  }

  @Test
  void whatCannotBeCheckedIsNamed() {
    GraphBuilder b = new GraphBuilder("single");
    b.output("loss", Ops.sum(b.parameter("w", TensorType.f32(2))));
    Exception type =
        assertThrows(ShapeException.class, () -> GradientCheck.ofParameters(b.build(), "loss"));
    assertTrue(type.getMessage().contains("'w' is f32[2]: differences need f64"), type.toString());
    Graph g = lossOf(x -> x, 2);
    Exception missing =
        assertThrows(IllegalArgumentException.class, () -> GradientCheck.ofParameters(g, "cost"));
    assertTrue(missing.getMessage().contains("no output 'cost', only [loss]"), missing.toString());
    Exception infinite =
        assertThrows(IllegalArgumentException.class, () -> check(lossOf(Ops::log, 1), 0.0));
    assertTrue(infinite.getMessage().contains("the loss is Infinity"), infinite.toString());
    assertThrows(IllegalArgumentException.class, () -> OPTIONS.withCoordinates(0));
    assertThrows(IllegalArgumentException.class, () -> OPTIONS.withTolerance(0));
  }
}
