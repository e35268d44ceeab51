package dev.ballast.op;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.f64;
import static dev.ballast.tensor.TensorType.i32;
import static dev.ballast.tensor.TensorType.i64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Operands that do not fit are refused when the graph is built, in words. */
class OpErrorsTest {
  private record Misfit(String message, Op op, List<TensorType> types) {
    static Misfit of(String message, Op op, TensorType... types) {
      return new Misfit(message, op, List.of(types));
    }
  }

  private static List<Misfit> misfits() {
    return List.of(
        Misfit.of("neg: takes 1 inputs, not 2", new Unary.Neg(), f32(2), f32(2)),
        Misfit.of("exp: needs f32 or f64, not i32[2]", new Unary.Exp(), i32(2)),
        Misfit.of("add: dtypes differ: f32[2] and f64[2]", new Binary.Add(), f32(2), f64(2)),
        Misfit.of(
            "mul: shapes [2x3] and [2] do not broadcast (3 ≠ 2)",
            new Binary.Mul(),
            f32(2, 3),
            f32(2)),
        Misfit.of(
            "select: dtypes differ: f32[2] and i32[2]",
            new Selection.Select(),
            f32(2),
            f32(2),
            i32(2)),
        Misfit.of("sum: axes [2] do not fit f32[2x3]", new Reduce.Sum(List.of(2), true), f32(2, 3)),
        Misfit.of(
            "mean: axes [1, 0] do not fit f32[2x3]",
            new Reduce.Mean(List.of(1, 0), true),
            f32(2, 3)),
        Misfit.of("argmax: axis 1 does not fit f32[2]", new Reduce.ArgMax(1), f32(2)),
        Misfit.of(
            "matmul: operands need at least two dimensions: f32[4] · f32[4x5]",
            new Product.MatMul(false, false),
            f32(4),
            f32(4, 5)),
        Misfit.of(
            "matmul: inner dimensions differ: f32[3x4]ᵀ · f32[5x6]ᵀ (3 ≠ 6)",
            new Product.MatMul(true, true),
            f32(3, 4),
            f32(5, 6)),
        Misfit.of(
            "matmul: leading dimensions: shapes [2] and [3] do not broadcast (2 ≠ 3)",
            new Product.MatMul(false, false),
            f32(2, 4, 5),
            f32(3, 5, 6)),
        Misfit.of(
            "reshape: f32[2x3] has 6 elements, which do not fill [4, -1]",
            new Move.Reshape(List.of(4, -1)),
            f32(2, 3)),
        Misfit.of(
            "reshape: dimensions [-1, -1]: at least 1 each, one may be −1",
            new Move.Reshape(List.of(-1, -1)),
            f32(2, 3)),
        Misfit.of(
            "reshape: f32[2x3] has 6 elements, which do not fill [65536, 65536, 65536, 65536, -1]",
            new Move.Reshape(List.of(65536, 65536, 65536, 65536, -1)),
            f32(2, 3)),
        Misfit.of(
            "transpose: [0, 0] is no permutation of the axes of f32[2x3]",
            new Move.Transpose(List.of(0, 0)),
            f32(2, 3)),
        Misfit.of(
            "broadcast_to: f32[2] does not broadcast to [3]",
            new Move.BroadcastTo(List.of(3)),
            f32(2)),
        Misfit.of("slice: [1, 4) is not within axis 0 of f32[3]", new Move.Slice(0, 1, 4), f32(3)),
        Misfit.of("pad: axis 0, -1 + 2 zeros, does not fit f32[3]", new Move.Pad(0, -1, 2), f32(3)),
        Misfit.of(
            "concat: f32[2x3] and f32[2x4] do not line up along axis 0",
            new Move.Concat(0),
            f32(2, 3),
            f32(2, 4)),
        Misfit.of("concat: needs at least one input", new Move.Concat(0)),
        Misfit.of("gather: needs i32 or i64, not f32[2]", new Index.Gather(0), f32(3), f32(2)),
        Misfit.of("gather: axis 1 does not fit f32[3]", new Index.Gather(1), f32(3), i32(2)),
        Misfit.of(
            "scatter_add: updates f32[3x4] do not carry [2] at axis 0",
            new Index.ScatterAdd(0, 5),
            f32(3, 4),
            i64(2)),
        Misfit.of("one_hot: needs i32 or i64, not f32[3]", new Index.OneHot(4, DType.F32), f32(3)),
        Misfit.of("softmax: needs an axis of classes, not f32[]", new Classify.Softmax(), f32()),
        Misfit.of(
            "cross_entropy: labels i32[3] do not fit scores f32[4x5]: one a row is needed",
            new Classify.CrossEntropy(),
            f32(4, 5),
            i32(3)),
        Misfit.of(
            "dropout: the counter must be i64[2], not i64[1]",
            new Regularize.Dropout(0.5, 0),
            f32(4),
            i64(1)),
        Misfit.of(
            "sgd: parameter f32[2] and f32[3] must have one type",
            new Update.Sgd(0, false, 0),
            f32(2),
            f32(3),
            f32()),
        Misfit.of(
            "sgd: the learning rate must be a scalar, not f32[1]",
            new Update.Sgd(0, false, 0),
            f32(2),
            f32(2),
            f32(1)),
        Misfit.of(
            "adam: needs i32 or i64, not f32[]",
            new Update.Adam(0.9, 0.999, 1e-8, 0, false),
            f32(2),
            f32(2),
            f32(),
            f32(2),
            f32(2),
            f32()));
  }

  @TestFactory
  Stream<DynamicTest> misfitsAreNamed() {
    return misfits().stream()
        .map(
            m ->
                dynamicTest(
                    m.message(),
                    () -> {
                      Throwable e =
                          assertThrows(ShapeException.class, () -> m.op().infer(m.types()));
                      assertEquals(m.message(), e.getMessage());
                    }));
  }

  /** The text that the design promises, from a graph that really has a twelfth value. */
  @Test
  void theNodeAndItsNameAreInTheMessage() {
    GraphBuilder b = new GraphBuilder("mlp");
    Expr x = b.input("x", f32(64, 784));
    Expr w = b.parameter("w", f32(100, 10));
    for (int i = 0; i < 10; i++) {
      b.input("unused" + i, f32());
    }
    Throwable e = assertThrows(ShapeException.class, () -> b.named("fc1", () -> Ops.matmul(x, w)));
    assertEquals(
        "matmul: inner dimensions differ: f32[64x784] · f32[100x10] (784 ≠ 100) at %12 \"fc1\"",
        e.getMessage());
  }

  @Test
  void foldedRowsAreReportedAsTheUserWroteThem() {
    GraphBuilder b = new GraphBuilder("sequence");
    Expr x = b.input("x", f32(2, 3, 4));
    Expr w = b.parameter("w", f32(5, 6));
    Throwable e = assertThrows(ShapeException.class, () -> Ops.matmul(x, w));
    assertEquals(
        "matmul: inner dimensions differ: f32[2x3x4] · f32[5x6] (4 ≠ 5) at %2", e.getMessage());
  }

  @Test
  void operandsOfAnotherGraphAreRefused() {
    Expr a = new GraphBuilder("a").input("x", f32(2));
    Expr b = new GraphBuilder("b").input("x", f32(2));
    Throwable e = assertThrows(IllegalArgumentException.class, () -> Ops.add(a, b));
    assertEquals("%0:f32[2] belongs to another graph", e.getMessage());
  }

  @Test
  void axesAreCheckedBeforeTheyAreNormalized() {
    Expr x = new GraphBuilder("g").input("x", f32(2, 3));
    Throwable e = assertThrows(ShapeException.class, () -> Ops.slice(x, 2, 0, 1));
    assertEquals("axis 2 is out of range for shape [2x3]", e.getMessage());
  }

  @Test
  void attributesThatDoNotFitAreRefusedByName() {
    OpRegistry r = OpRegistry.builtIn();
    assertRefused("unknown op 'warp'", () -> r.create("warp", Map.of()));
    assertRefused(
        "op 'argmax' has attributes [axis], not [axes]",
        () -> r.create("argmax", Map.of("axes", 1)));
    assertRefused(
        "op 'argmax' can't be made of {axis=one}", () -> r.create("argmax", Map.of("axis", "one")));
    Map<String, Object> rate = new java.util.LinkedHashMap<>();
    rate.put("rate", 1.0);
    rate.put("stream", 0L);
    assertRefused(
        "op 'dropout': dropout: rate 1.0 is not in [0, 1)", () -> r.create("dropout", rate));
  }

  private static void assertRefused(String message, Runnable body) {
    Throwable e = assertThrows(IllegalArgumentException.class, body::run);
    assertEquals(message, e.getMessage());
  }
}
