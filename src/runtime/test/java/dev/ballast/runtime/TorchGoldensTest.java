package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Losses and gradients of a mixed bag of graphs are PyTorch's. */
class TorchGoldensTest {
  private static final List<Golden> GOLDENS = Golden.read("graphs.txt");

  @Test
  void everyGoldenHasItsGraph() {
    assertEquals(
        GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()),
        TorchGraphs.LOSSES.keySet());
    assertFalse(GOLDENS.isEmpty());
  }

  @TestFactory
  Stream<DynamicTest> lossAndGradientsArePyTorchs() {
    return GOLDENS.stream()
        .map(g -> dynamicTest(g.name(), () -> compare(g, TorchGraphs.LOSSES.get(g.name()))));
  }

  /** Compares a loss and its gradients: interpreted, planned, rewritten, in f64 and in f32. */
  static void compare(Golden golden, Function<TorchGraphs.Given, Expr> written) {
    Graph f64 = graph(golden, written, DType.F64);
    assertExpected(golden, feed(golden, DType.F64).interpret(f64, 1), DType.F64, 1e-10);
    assertExpected(golden, feed(golden, DType.F64).run(f64), DType.F64, 1e-10);
    Graph passed = Passes.standard(f64);
    assertExpected(golden, feed(golden, DType.F64).run(passed), DType.F64, 1e-10);
    Graph f32 = Passes.standard(graph(golden, written, DType.F32));
    Outcome reused = feed(golden, DType.F32).run(f32);
    assertExpected(golden, reused, DType.F32, 1e-5);
    PlanOptions apart = PlanOptions.defaults().withReuse(false);
    feed(golden, DType.F32).run(f32, apart, 1).assertSameBits(reused);
  }

  private static Graph graph(
      Golden golden, Function<TorchGraphs.Given, Expr> written, DType dtype) {
    GraphBuilder b = new GraphBuilder(golden.name());
    Map<String, Expr> given = new LinkedHashMap<>();
    golden.given().forEach((n, l) -> given.put(n, b.input(n, Golden.as(dtype, l).type())));
    Expr loss = written.apply(given::get);
    b.output("loss", loss);
    List<String> names =
        golden.expected().keySet().stream()
            .filter(n -> !n.equals("loss"))
            .map(n -> n.substring(1))
            .toList();
    List<Expr> gradients = Autodiff.gradients(loss, names.stream().map(given::get).toList());
    for (int i = 0; i < names.size(); i++) {
      b.output("d" + names.get(i), gradients.get(i));
    }
    return b.build();
  }

  private static Feed feed(Golden golden, DType dtype) {
    Feed f = new Feed();
    golden.given().forEach((n, l) -> f.with(n, Golden.as(dtype, l)));
    return f;
  }

  /** Relative to the largest element of each tensor, or to 1 where that is less. */
  private static void assertExpected(Golden golden, Outcome o, DType dtype, double tolerance) {
    List<String> compared = new ArrayList<>();
    golden
        .expected()
        .forEach(
            (name, expected) -> {
              Literal e = Golden.as(dtype, expected);
              double largest = 1;
              for (int i = 0; i < e.type().elements(); i++) {
                largest = Math.max(largest, Math.abs(e.get(i)));
              }
              Outcome.assertClose(name, e, o.output(name), tolerance * largest);
              compared.add(name);
            });
    assertFalse(compared.size() < 2, "too little to compare: " + compared);
  }
}
