package dev.ballast.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Interpreter;
import dev.ballast.kernel.ScalarCode;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalarProgramTest {
  private static final int SEEDS = 60;

  /** Loss and gradient by a session on the planned program. */
  private static double[] run(ScalarGraph g, DType dtype, double... point) {
    GraphBuilder b = new GraphBuilder("scalars");
    Expr x = b.input("x", TensorType.of(dtype, point.length));
    ScalarProgram program = ScalarProgram.of(g, Shape.of(g.outputs()));
    b.output("y", b.applyAll(program, List.of(x)).getFirst());
    try (Session s = Session.open(Planner.plan(b.build(), PlanOptions.defaults()))) {
      for (int i = 0; i < point.length; i++) {
        s.input("x").set(i, point[i]);
      }
      s.run();
      return s.output("y").toDoubles();
    }
  }

  /** Loss and gradient by ops on rank-0 tensors, each run by its reference kernel. */
  private static double[] interpreted(RandomScalars recipe, DType dtype, double... point) {
    GraphBuilder b = new GraphBuilder("tensors");
    Expr loss = recipe.emit(b, dtype);
    List<Expr> xs = b.build().inputs().stream().map(b::expr).toList();
    List<Expr> gradients = Autodiff.gradients(loss, xs);
    Graph g = b.build();
    try (Arena arena = Arena.ofConfined()) {
      Interpreter i = Interpreter.of(g, arena);
      for (int k = 0; k < xs.size(); k++) {
        i.slice(xs.get(k).value()).set(0, point[k]);
      }
      i.run(g, arena);
      double[] all = new double[1 + xs.size()];
      all[0] = i.slice(loss.value()).get(0);
      for (int k = 0; k < xs.size(); k++) {
        all[1 + k] = i.slice(gradients.get(k).value()).get(0);
      }
      return all;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aPlannedProgramGivesTheBitsOfTensorOpsOneByOne(DType dtype) {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomScalars recipe = new RandomScalars(seed, 80);
      double[] point = RandomScalars.point(seed);
      if (dtype == DType.F32) {
        point = Arrays.stream(point).map(d -> (float) d).toArray();
      }
      ScalarGraph joint = ScalarAutodiff.valueAndGradient(recipe.graph(dtype));
      double[] expected = interpreted(recipe, dtype, point);
      assertArrayEquals(expected, run(joint, dtype, point), "seed " + seed);
      assertArrayEquals(expected, joint.results(joint.evaluate(point)), "seed " + seed);
    }
  }

  @Test
  void theGradientOfTheLecturesExampleIsItsClosedForm() {
    ScalarBuilder b = new ScalarBuilder(DType.F64);
    int x = b.input();
    int y = b.input();
    ScalarGraph f = b.build(b.mul(b.add(x, y), b.apply(ScalarOp.SIGMOID, x)));
    double[] r = run(ScalarAutodiff.valueAndGradient(f), DType.F64, 1, 2);
    double sigma = 1 / (1 + Math.exp(-1));
    assertEquals(3 * sigma, r[0], 1e-15);
    assertEquals(sigma + 3 * sigma * (1 - sigma), r[1], 1e-15);
    assertEquals(sigma, r[2], 1e-15);
  }

  @Test
  void gradientsAreThoseThatDifferencesShow() {
    for (int seed = 0; seed < SEEDS; seed++) {
      // Without kinks and steps: smooth operations only.
      ScalarBuilder b = new ScalarBuilder(DType.F64);
      int v = b.input();
      int w = b.input();
      for (int i = 0; i < 30; i++) {
        ScalarOp[] smooth = {ScalarOp.SIN, ScalarOp.TANH, ScalarOp.GELU, ScalarOp.SOFTPLUS};
        int next = b.apply(smooth[(i + seed) % 4], b.mul(v, b.sub(w, b.constant(0.1 * i))));
        w = i % 3 == 0 ? b.add(v, next) : w;
        v = next;
      }
      ScalarGraph f = b.build(b.add(v, w));
      double[] point = {0.3 + 0.01 * seed, -0.7};
      double[] analytic = run(ScalarAutodiff.valueAndGradient(f), DType.F64, point);
      for (int k = 0; k < 2; k++) {
        double h = 1e-6;
        double[] up = point.clone();
        double[] down = point.clone();
        up[k] += h;
        down[k] -= h;
        double difference = (run(f, DType.F64, up)[0] - run(f, DType.F64, down)[0]) / (2 * h);
        assertEquals(difference, analytic[1 + k], 1e-7 * Math.max(1, Math.abs(difference)));
      }
    }
  }

  @Test
  void aProgramCanBeDifferentiatedAsAnOpAndTwice() {
    // f = x³y: ∂f/∂x = 3x²y, ∂²f/∂x∂y = 3x².
    ScalarBuilder s = new ScalarBuilder(DType.F64);
    int x = s.input();
    int y = s.input();
    ScalarGraph cube = s.build(s.mul(s.apply(ScalarOp.POW, x, s.constant(3)), y));
    GraphBuilder b = new GraphBuilder("twice");
    Expr point = b.input("point", TensorType.f64(2));
    Expr f = b.applyAll(ScalarProgram.of(cube, Shape.SCALAR), List.of(point)).getFirst();
    Expr gradient = Autodiff.gradients(f, List.of(point)).getFirst();
    Expr byX =
        dev.ballast.op.Ops.reshape(dev.ballast.op.Ops.slice(gradient, 0, 0, 1), Shape.SCALAR);
    Expr second = Autodiff.gradients(byX, List.of(point)).getFirst();
    b.output("gradient", gradient);
    b.output("second", second);
    try (Session session = Session.open(Planner.plan(b.build(), PlanOptions.defaults()))) {
      session.input("point").copyFrom(2.0, 5.0);
      session.run();
      assertArrayEquals(new double[] {60, 8}, session.output("gradient").toDoubles());
      assertArrayEquals(new double[] {60, 12}, session.output("second").toDoubles());
    }
  }

  @Test
  void slotsAreAsFewAsTheValuesThatLiveTogether() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ScalarGraph joint =
          ScalarAutodiff.valueAndGradient(new RandomScalars(seed, 80).graph(DType.F64));
      ScalarCode code = ScalarPlanner.plan(joint);
      assertEquals(mostAlive(code), code.slots(), "seed " + seed);
    }
  }

  /** Walks the code backward: a slot is alive from a write to the last read of it. */
  private static int mostAlive(ScalarCode code) {
    Set<Integer> alive = new HashSet<>();
    Arrays.stream(code.outputs()).forEach(alive::add);
    Set<Integer> fixed = new HashSet<>();
    IntStream.range(code.inputs(), code.inputs() + code.constants().length).forEach(fixed::add);
    int third = code.thirds().length;
    int most = 0;
    for (int i = code.instructions() - 1; i >= 0; i--) {
      ScalarOp op = ScalarOp.values()[code.op()[i]];
      if (op != ScalarOp.MUL_ADD) {
        assertTrue(alive.remove(code.to()[i]), "instruction " + i + " writes what nobody reads");
      }
      alive.add(code.a()[i]);
      if (op.arity() > 1) {
        alive.add(code.b()[i]);
      }
      if (op == ScalarOp.SELECT) {
        alive.add(code.thirds()[--third]);
      }
      Set<Integer> all = new HashSet<>(alive);
      all.addAll(fixed);
      most = Math.max(most, all.size());
    }
    IntStream.range(0, code.inputs()).forEach(alive::add);
    alive.addAll(fixed);
    return Math.max(most, alive.size());
  }

  @Test
  void productsThatAreOnlyAddedBecomeOneInstruction() {
    ScalarBuilder b = new ScalarBuilder(DType.F64);
    int[] x = IntStream.range(0, 8).map(i -> b.input()).toArray();
    int dot = b.mul(x[0], x[4]);
    for (int i = 1; i < 4; i++) {
      dot = b.add(dot, b.mul(x[i], x[4 + i]));
    }
    ScalarCode code = ScalarPlanner.plan(b.build(dot));
    assertEquals(4, code.instructions());
    assertEquals(ScalarOp.MUL_ADD.ordinal(), code.op()[3]);
  }

  @Test
  void aRunAllocatesNothing() {
    ScalarGraph joint = ScalarAutodiff.valueAndGradient(new RandomScalars(7, 60).graph(DType.F32));
    GraphBuilder b = new GraphBuilder("scalars");
    Expr x = b.input("x", TensorType.f32(RandomScalars.INPUTS));
    b.output("y", b.applyAll(ScalarProgram.of(joint, Shape.of(6)), List.of(x)).getFirst());
    try (Session s = Session.open(Planner.plan(b.build(), PlanOptions.defaults()))) {
      for (int i = 0; i < 20_000; i++) {
        s.run();
      }
      long before = HeapAllocation.ofCurrentThread();
      for (int i = 0; i < 1000; i++) {
        s.run();
      }
      assertEquals(0, HeapAllocation.ofCurrentThread() - before);
    }
  }

  @Test
  void misuseIsTold() {
    ScalarBuilder b = new ScalarBuilder(DType.F64);
    int x = b.input();
    assertThrows(IllegalArgumentException.class, () -> b.apply(ScalarOp.ADD, x));
    assertThrows(IllegalArgumentException.class, () -> b.apply(ScalarOp.NEG, 1));
    assertThrows(IllegalArgumentException.class, () -> b.apply(ScalarOp.NEG, -1));
    ScalarGraph g = b.build(b.apply(ScalarOp.NEG, x));
    assertThrows(IllegalStateException.class, b::input);
    ShapeException results =
        assertThrows(ShapeException.class, () -> ScalarProgram.of(g, Shape.of(2)));
    assertTrue(results.getMessage().contains("have 2 elements, the graph has 1"));
    ScalarProgram p = ScalarProgram.of(g, Shape.SCALAR);
    ShapeException numbers =
        assertThrows(ShapeException.class, () -> p.infer(List.of(TensorType.f64(3))));
    assertEquals("scalar_program: takes 1 numbers, not the 3 of [f64[3]]", numbers.getMessage());
    assertThrows(ShapeException.class, () -> p.infer(List.of(TensorType.f32(1))));
  }
}
