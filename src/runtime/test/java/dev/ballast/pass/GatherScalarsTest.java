package dev.ballast.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.RandomGraphs;
import dev.ballast.runtime.Session;
import dev.ballast.scalar.RandomScalars;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatherScalarsTest {
  /** All outputs, and parameters after two runs. */
  private static double[] run(Graph g) {
    try (Session s = Session.open(Planner.plan(g, PlanOptions.defaults()))) {
      List<Double> all = new ArrayList<>();
      g.inputs().forEach(i -> fill(s.input(i.name()), i.id()));
      g.parameters().forEach(p -> fill(s.parameter(p.name()), p.id()));
      for (int k = 0; k < 2; k++) {
        s.run();
        g.outputs().keySet().forEach(name -> add(all, s.output(name).toDoubles()));
      }
      g.parameters().forEach(p -> add(all, s.parameter(p.name()).toDoubles()));
      return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  private static void fill(dev.ballast.kernel.Slice s, int seed) {
    for (int i = 0; i < s.elements(); i++) {
      s.set(i, Math.sin(seed + 1.3 * i));
    }
  }

  private static void add(List<Double> all, double[] some) {
    for (double d : some) {
      all.add(d);
    }
  }

  private static long programs(Graph g) {
    return g.nodes().stream().filter(n -> n.op().name().equals("scalar_program")).count();
  }

  @ParameterizedTest
  @EnumSource(names = {"F64"})
  void aGatheredGraphGivesTheSameBitsWithFewerBytes(DType dtype) {
    for (int seed = 0; seed < 20; seed++) {
      GraphBuilder b = new GraphBuilder("scalars " + seed);
      Expr loss = new RandomScalars(seed, 60).emit(b, dtype);
      List<Expr> xs = b.build().inputs().stream().map(b::expr).toList();
      b.output("loss", loss);
      List<Expr> gradients = Autodiff.gradients(loss, xs);
      for (int k = 0; k < xs.size(); k++) {
        b.output("d" + k, gradients.get(k));
      }
      Graph plain = Passes.standard(b.build());
      Graph gathered = GatherScalars.run(plain);
      assertEquals(1, programs(gathered));
      assertArrayEquals(run(plain), run(gathered), "seed " + seed);
      Plan before = Planner.plan(plain, PlanOptions.defaults());
      Plan after = Planner.plan(gathered, PlanOptions.defaults());
      assertTrue(after.arenaBytes() < before.arenaBytes(), "seed " + seed);
    }
  }

  @Test
  void scalarsBetweenTensorsBecomeAProgramEachSideOfThem() {
    GraphBuilder b = new GraphBuilder("between");
    Expr w = b.parameter("w", TensorType.f64(6));
    Expr x = b.input("x", TensorType.f64());
    Expr scale = chain(x, 40);
    Expr y = Ops.mul(w, scale);
    Expr total = chain(Ops.sum(y), 40);
    b.output("total", total);
    b.output("scale", scale);
    Expr gradient = Autodiff.gradients(total, List.of(w)).getFirst();
    Expr rate = Ops.mul(Ops.sum(w), b.constant(dev.ballast.tensor.Literal.scalar(DType.F64, 0.01)));
    b.update(w, b.apply(new Update.Assign(), w, Ops.sub(w, Ops.mul(gradient, rate))));
    Graph plain = Passes.standard(b.build());
    Graph gathered = GatherScalars.run(plain);
    assertEquals(2, programs(gathered));
    assertArrayEquals(run(plain), run(gathered));
  }

  /** A reader of a parameter that the order of stages would move behind its update. */
  @Test
  void nobodyReadsAParameterAfterItsUpdate() {
    GraphBuilder b = new GraphBuilder("late");
    Expr w = b.parameter("w", TensorType.f64());
    Expr v = b.input("v", TensorType.f64(3));
    Expr late = chain(Ops.add(Ops.sum(Ops.mul(v, chain(w, 40))), w), 40);
    b.output("late", Ops.mul(v, Ops.add(late, w)));
    b.update(w, b.apply(new Update.Assign(), w, b.input("next", TensorType.f64())));
    Graph plain = Passes.standard(b.build());
    Graph gathered = GatherScalars.run(plain);
    assertEquals(2, programs(gathered));
    assertArrayEquals(run(plain), run(gathered));
  }

  private static Expr chain(Expr x, int nodes) {
    Expr e = x;
    for (int i = 0; i < nodes; i++) {
      e = i % 2 == 0 ? Ops.sin(e) : Ops.add(e, x);
    }
    return e;
  }

  @Test
  void graphsOfTensorsStayAsTheyAre() {
    for (long seed = 0; seed < 10; seed++) {
      Graph g = Passes.standard(RandomGraphs.of(seed, 40));
      assertSame(g, GatherScalars.run(g));
    }
    GraphBuilder few = new GraphBuilder("few");
    few.output("y", chain(few.input("x", new TensorType(DType.F32, Shape.SCALAR)), 10));
    Graph g = few.build();
    assertSame(g, GatherScalars.run(g));
  }
}
