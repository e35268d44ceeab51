package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Golden;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Results and all gradients of recurrent layers are those of torch.nn.GRU and torch.nn.LSTM. */
class RecurrentGoldensTest {
  private static final List<Golden> GOLDENS = Golden.read("recurrent.txt");

  /** How the parameters' names begin. */
  private static final String NAME = "rnn.";

  private static final Map<String, Layer> LAYERS =
      Map.of(
          "gru_of_two_layers", Gru.of("rnn", 5, 6).withLayers(2, 0),
          "gru_last", Gru.of("rnn", 3, 4).onlyLast(),
          "gru_of_one_step", Gru.of("rnn", 3, 4),
          "gru_of_one_number", Gru.of("rnn", 1, 1).withLayers(2, 0),
          "lstm_of_two_layers", Lstm.of("rnn", 5, 6).withLayers(2, 0),
          "lstm_last", Lstm.of("rnn", 3, 4).onlyLast(),
          "lstm_of_one_step", Lstm.of("rnn", 3, 4),
          "lstm_of_one_number", Lstm.of("rnn", 1, 1).withLayers(2, 0));

  @Test
  void everyGoldenHasItsLayer() {
    assertEquals(GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()), LAYERS.keySet());
  }

  @TestFactory
  Stream<DynamicTest> resultsAndGradientsArePyTorchs() {
    return GOLDENS.stream().map(g -> dynamicTest(g.name(), () -> compare(g)));
  }

  private static void compare(Golden golden) {
    Graph f64 = graph(golden, DType.F64);
    assertExpected(golden, feed(golden, DType.F64).interpret(f64, 1), DType.F64, 1e-12);
    assertExpected(golden, feed(golden, DType.F64).run(Passes.forRunning(f64)), DType.F64, 1e-12);
    Graph f32 = Passes.forRunning(graph(golden, DType.F32));
    Outcome reused = feed(golden, DType.F32).run(f32);
    assertExpected(golden, reused, DType.F32, 2e-6);
    PlanOptions apart = PlanOptions.defaults().withReuse(false);
    feed(golden, DType.F32).run(f32, apart, 1).assertSameBits(reused);
  }

  /** The loss Σ u ⊙ y, and its gradient by everything given; that by u is y. */
  private static Graph graph(Golden golden, DType dtype) {
    GraphBuilder b = new GraphBuilder(golden.name());
    Map<String, Expr> given = new LinkedHashMap<>();
    for (String name : List.of("x", "u")) {
      given.put(name, b.input(name, Golden.as(dtype, golden.given().get(name)).type()));
    }
    Expr y = LAYERS.get(golden.name()).apply(new LayerScope(b, true), given.get("x"));
    b.build().parameters().forEach(p -> given.put(p.name().substring(NAME.length()), b.expr(p)));
    assertEquals(golden.given().keySet(), given.keySet());
    Expr loss = Ops.sum(Ops.mul(y, given.get("u")));
    b.output("loss", loss);
    List<String> names = new ArrayList<>(given.keySet());
    List<Expr> gradients = Autodiff.gradients(loss, names.stream().map(given::get).toList());
    for (int i = 0; i < names.size(); i++) {
      b.output("d" + names.get(i), gradients.get(i));
    }
    return b.build();
  }

  private static Feed feed(Golden golden, DType dtype) {
    Feed f = new Feed();
    golden
        .given()
        .forEach(
            (n, l) -> f.with(n.equals("x") || n.equals("u") ? n : NAME + n, Golden.as(dtype, l)));
    return f;
  }

  /** Relative to the largest element of each tensor, or to 1 where that is less. */
  private static void assertExpected(Golden golden, Outcome o, DType dtype, double tolerance) {
    assertTrue(golden.expected().size() > 6);
    golden
        .expected()
        .forEach(
            (name, expected) -> {
              double largest = 1;
              for (int i = 0; i < expected.type().elements(); i++) {
                largest = Math.max(largest, Math.abs(expected.get(i)));
              }
              Outcome.assertClose(
                  name, Golden.as(dtype, expected), o.output(name), tolerance * largest);
            });
  }
}
