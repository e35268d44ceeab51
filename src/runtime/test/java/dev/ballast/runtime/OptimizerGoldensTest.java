package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Interpreter;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Eight steps of each optimizer leave the parameter where PyTorch's leave it, step by step. */
class OptimizerGoldensTest {
  private static final int STEPS = 8;

  private record Rule(Update op, double rate) {}

  private static final Map<String, Rule> RULES =
      Map.of(
          "sgd", new Rule(new Update.Sgd(0, false, 0), 0.125),
          "sgd_decay", new Rule(new Update.Sgd(0, false, 0.25), 0.125),
          "sgd_momentum", new Rule(new Update.Sgd(0.875, false, 0), 0.125),
          "sgd_momentum_decay", new Rule(new Update.Sgd(0.875, false, 0.25), 0.125),
          "sgd_nesterov", new Rule(new Update.Sgd(0.875, true, 0.25), 0.125),
          "adam", new Rule(new Update.Adam(0.9, 0.999, 1e-8, 0, false), 0.125),
          "adam_decay", new Rule(new Update.Adam(0.75, 0.875, 1e-3, 0.25, false), 0.0625),
          "adamw", new Rule(new Update.Adam(0.9, 0.999, 1e-8, 0.25, true), 0.125),
          "adamw_eps", new Rule(new Update.Adam(0.75, 0.875, 0.125, 0.5, true), 0.0625));

  private static final List<Golden> GOLDENS = Golden.read("optimizers.txt");

  @Test
  void everyGoldenHasItsRule() {
    assertEquals(RULES.keySet(), GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()));
  }

  @TestFactory
  Stream<DynamicTest> everyStepIsPyTorchs() {
    return GOLDENS.stream()
        .flatMap(
            g ->
                Stream.of(DType.F32, DType.F64)
                    .map(t -> dynamicTest(g.name() + " " + t, () -> compare(g, t))));
  }

  private static void compare(Golden golden, DType dtype) {
    Rule rule = RULES.get(golden.name());
    Graph graph = graph(rule.op(), dtype, golden.given().get("p").type().shape());
    double tolerance = dtype == DType.F64 ? 1e-12 : 1e-6;
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()));
        Arena arena = Arena.ofConfined()) {
      Interpreter oracle = Interpreter.of(graph, arena);
      s.parameter("p").copyFrom(Golden.as(dtype, golden.given().get("p")));
      oracle.slice(graph.parameters().getFirst()).copyFrom(s.parameter("p"));
      s.input("rate").fill(rule.rate());
      for (int step = 0; step < STEPS; step++) {
        s.input("g").copyFrom(Golden.as(dtype, golden.given().get("g" + step)));
        graph.inputs().forEach(i -> oracle.slice(i).copyFrom(s.input(i.name())));
        s.run();
        oracle.run(graph, arena);
        Literal expected = Golden.as(dtype, golden.expected().get("p" + step));
        Literal p = Feed.literal(s.parameter("p"));
        Outcome.assertClose("p after step " + step, expected, p, tolerance);
        Literal byReference = Feed.literal(oracle.slice(graph.parameters().getFirst()));
        Outcome.assertClose("reference p, step " + step, expected, byReference, tolerance);
      }
    }
  }

  private static Graph graph(Update op, DType dtype, Shape shape) {
    TensorType type = new TensorType(dtype, shape);
    GraphBuilder b = new GraphBuilder("optimizer");
    Expr p = b.parameter("p", type);
    Expr g = b.input("g", type);
    Expr rate = b.input("rate", TensorType.of(dtype));
    switch (op) {
      case Update.Sgd sgd when sgd.momentum() == 0 -> b.update(p, b.apply(sgd, p, g, rate));
      case Update.Sgd sgd -> {
        Expr velocity = b.state("v", type);
        List<Expr> next = b.applyAll(sgd, List.of(p, g, rate, velocity));
        b.update(p, next.get(0));
        b.update(velocity, next.get(1));
      }
      case Update.Adam adam -> {
        Expr m = b.state("m", type);
        Expr v = b.state("v", type);
        Expr t = b.state("t", TensorType.i64());
        Expr step = Ops.add(t, Ops.constant(t, 1));
        List<Expr> next = b.applyAll(adam, List.of(p, g, rate, m, v, step));
        b.update(t, step);
        b.update(p, next.get(0));
        b.update(m, next.get(1));
        b.update(v, next.get(2));
      }
      case Update.Assign ignored -> throw new IllegalArgumentException("no optimizer");
      case Update.MatMulSgd ignored -> throw new IllegalArgumentException("has no gradient input");
    }
    return b.build();
  }
}
