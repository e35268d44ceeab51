package dev.ballast.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.op.Move;
import dev.ballast.op.OpName;
import dev.ballast.op.OpRegistry;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

public class RetypeTest {
  /**
   * Something of everything: a cast, a one-hot, a state that is updated, integers beside floats.
   */
  private static Graph mixed(DType dtype) {
    GraphBuilder b = new GraphBuilder("mixed");
    Expr x = b.input("x", TensorType.of(dtype, 2, 3));
    Expr labels = b.input("labels", TensorType.i32(2));
    Expr w = b.parameter("w", TensorType.of(dtype, 3));
    Expr sum = b.state("sum", TensorType.of(dtype));
    Expr counter = b.state("counter", TensorType.i64());
    Expr hot = Ops.oneHot(labels, 3, dtype);
    Expr hits = Ops.cast(Ops.equal(Ops.argMax(x, -1), labels), dtype);
    Expr factor = b.constant(Literal.of(TensorType.of(dtype, 3), 0.5, -2, 3));
    Expr y = Ops.sum(Ops.mul(Ops.mul(Ops.mul(x, w), factor), hot));
    b.update(sum, Ops.add(sum, y));
    b.update(counter, Ops.add(counter, b.constant(Literal.of(TensorType.i64(), 1))));
    b.output("y", y);
    b.output("hits", Ops.sum(hits));
    return b.build();
  }

  @Test
  void inF64ItComputesWhatTheFormulaSays() {
    Graph g = Retype.run(mixed(DType.F32), DType.F64);
    try (Arena arena = Arena.ofConfined()) {
      Interpreter i = Interpreter.of(g, arena);
      i.slice(g.inputs().get(0)).copyFrom(0.1, 0.2, 0.3, 0.7, 0.5, 0.6);
      i.slice(g.inputs().get(1)).setLong(0, 2);
      i.slice(g.inputs().get(1)).setLong(1, 1);
      i.slice(g.parameters().getFirst()).copyFrom(1.5, 2.5, 3.5);
      i.run(g, arena);
      double expected = 0.3 * 3.5 * 3 + 0.5 * 2.5 * -2;
      assertEquals(expected, i.slice(g.outputs().get("y")).get(0), 1e-15);
      assertEquals(1, i.slice(g.outputs().get("hits")).get(0));
      assertEquals(expected, i.slice(g.states().getFirst()).get(0), 1e-15);
      assertEquals(1, i.slice(g.states().getLast()).getLong(0));
    }
  }

  @Test
  void nothingFloatingIsLeftInTheOldType() {
    for (DType to : List.of(DType.F64, DType.F32)) {
      Graph g = Retype.run(mixed(to == DType.F64 ? DType.F32 : DType.F64), to);
      for (Value v : g.values()) {
        assertTrue(!v.type().dtype().isFloating() || v.type().dtype() == to, v.toString());
      }
      assertEquals(TensorType.i32(2), g.inputs().getLast().type());
      assertEquals(TensorType.i64(), g.states().getLast().type());
    }
  }

  @Test
  void castsToIntegersStay() {
    GraphBuilder b = new GraphBuilder("integers");
    b.output("i", Ops.cast(b.input("x", TensorType.f32(2)), DType.I32));
    Graph g = Retype.run(b.build(), DType.F64);
    assertEquals(new Move.Cast(DType.I32), g.nodes().getFirst().op());
    assertEquals(TensorType.i32(2), g.outputs().get("i").type());
  }

  /** Zeros of a type of its own choice. */
  @OpName("test_zeros_of")
  public record ZerosOf(DType dtype) implements Op {
    @Override
    public String name() {
      return "test_zeros_of";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return List.of(inputs.getFirst().withDType(dtype));
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public Kernel reference(Slices s) {
      return () -> s.out().fill(0);
    }
  }

  @Test
  void aUsersOpThatHoldsATypeMustBeKnown() {
    GraphBuilder b = new GraphBuilder("user");
    b.output("y", b.apply(new ZerosOf(DType.F32), b.input("x", TensorType.f32(2))));
    Graph g = b.build();
    OpRegistry ops = OpRegistry.builtIn().with(ZerosOf.class);
    assertEquals(TensorType.f64(2), Retype.run(g, DType.F64, ops).outputs().get("y").type());
    Exception e = assertThrows(IllegalArgumentException.class, () -> Retype.run(g, DType.F64));
    assertEquals("unknown op 'test_zeros_of'", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Retype.run(g, DType.I32));
  }
}
