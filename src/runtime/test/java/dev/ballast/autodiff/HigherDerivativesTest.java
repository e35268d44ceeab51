package dev.ballast.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The gradient of the gradient of the gradient, against closed forms. */
class HigherDerivativesTest {
  private record Case(String name, UnaryOperator<Expr> f, DoubleUnaryOperator third) {}

  private static Stream<Case> cases() {
    return Stream.of(
        new Case("x⁵ by products", HigherDerivativesTest::fifthPower, x -> 60 * x * x),
        new Case("x⁵ by power", x -> Ops.pow(x, Ops.constant(x, 5)), x -> 60 * x * x),
        new Case("x² by power", x -> Ops.pow(x, Ops.constant(x, 2)), x -> 0),
        new Case("sin x", Ops::sin, x -> -Math.cos(x)),
        new Case("cos x", Ops::cos, Math::sin),
        new Case("exp x", Ops::exp, Math::exp),
        new Case("log x", Ops::log, x -> 2 / (x * x * x)),
        new Case("1 / x", x -> Ops.div(Ops.constant(x, 1), x), x -> -6 / Math.pow(x, 4)),
        new Case("√x", Ops::sqrt, x -> 0.375 * Math.pow(x, -2.5)),
        new Case("tanh x", Ops::tanh, HigherDerivativesTest::tanh),
        new Case("σ(x)", Ops::sigmoid, HigherDerivativesTest::sigmoid),
        new Case("softplus x", Ops::softplus, x -> s(x) * (1 - s(x)) * (1 - 2 * s(x))),
        new Case("erf x", Ops::erf, x -> (8 * x * x - 4) / Math.sqrt(Math.PI) * Math.exp(-x * x)),
        new Case(
            "gelu x",
            Ops::gelu,
            x -> (x * x * x - 4 * x) / Math.sqrt(2 * Math.PI) * Math.exp(-x * x / 2)),
        new Case("eˣ sin x", x -> Ops.mul(Ops.exp(x), Ops.sin(x)), HigherDerivativesTest::wave));
  }

  @TestFactory
  Stream<DynamicTest> thirdDerivativesAreTheClosedForms() {
    return cases().map(c -> dynamicTest(c.name(), () -> compare(c)));
  }

  private static void compare(Case c) {
    GraphBuilder b = new GraphBuilder("third");
    Expr x = b.input("x", TensorType.f64());
    Expr d = c.f().apply(x);
    for (int order = 0; order < 3; order++) {
      d = Autodiff.gradients(d, List.of(x)).getFirst();
    }
    b.output("d3", d);
    Graph plain = b.build();
    Graph passed = Passes.standard(plain);
    for (double at : new double[] {0.3, 0.9, 1.7}) {
      Feed feed = new Feed().with("x", TensorType.f64(), at);
      double expected = c.third().applyAsDouble(at);
      double tolerance = 1e-11 * Math.max(1, Math.abs(expected));
      assertEquals(expected, feed.interpret(plain, 1).number("d3"), tolerance);
      Outcome planned = feed.run(passed);
      assertEquals(expected, planned.number("d3"), tolerance);
    }
  }

  /** At 0 a power's derivatives pass through 0⁰, and must not become 0 · ∞. */
  @TestFactory
  Stream<DynamicTest> derivativesOfPowersHoldAtZero() {
    return Stream.of(1, 2, 3, 4)
        .map(
            n ->
                dynamicTest(
                    "x^" + n,
                    () -> {
                      GraphBuilder b = new GraphBuilder("power");
                      Expr x = b.input("x", TensorType.f64());
                      Expr d = Ops.pow(x, Ops.constant(x, n));
                      double factorial = 1;
                      for (int order = 1; order <= 5; order++) {
                        d = Autodiff.gradients(d, List.of(x)).getFirst();
                        b.output("d" + order, d);
                      }
                      Outcome o = new Feed().with("x", TensorType.f64(), 0).run(b.build());
                      for (int order = 1; order <= 5; order++) {
                        factorial *= order;
                        assertEquals(
                            order == n ? factorial : 0, o.number("d" + order), "order " + order);
                      }
                    }));
  }

  private static Expr fifthPower(Expr x) {
    Expr fourth = Ops.square(Ops.square(x));
    return Ops.mul(x, fourth);
  }

  private static double s(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double sigmoid(double x) {
    double y = s(x);
    return y * (1 - y) * (1 - 6 * y + 6 * y * y);
  }

  private static double tanh(double x) {
    double y = Math.tanh(x);
    return (1 - y * y) * (6 * y * y - 2);
  }

  private static double wave(double x) {
    return 2 * Math.exp(x) * (Math.cos(x) - Math.sin(x));
  }
}
