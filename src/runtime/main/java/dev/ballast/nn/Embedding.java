package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.op.Index;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.OptionalInt;

/**
 * y[B,…,E] = weight[x[B,…]]: for each number its row of a learned table, as torch.nn.Embedding does
 * it. The gradient of a row is the sum over the places that the row was read at. A number that the
 * table has no row for throws {@link IndexOutOfBoundsException} when the graph runs.
 *
 * @param name of the layer; its parameter is {@code name.weight}, of shape (vocabulary, width)
 * @param vocabulary how many rows there are: numbers are in [0, vocabulary)
 * @param width E
 */
public record Embedding(String name, int vocabulary, int width, Initializer weight)
    implements Layer {

  /** Started as torch.nn.Embedding starts: N(0, 1). */
  public static Embedding of(String name, int vocabulary, int width) {
    return new Embedding(name, vocabulary, width, Initializer.normal(0, 1));
  }

  public Embedding withInitializer(Initializer other) {
    return new Embedding(name, vocabulary, width, other);
  }

  /** How many numbers a graph's input tells apart, as the rows of a table; empty if it is none. */
  public static OptionalInt rows(Graph graph, Value.Input input) {
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Index.Gather && n.inputs().getLast().equals(input))
        .mapToInt(n -> n.inputs().getFirst().type().shape().dim(((Index.Gather) n.op()).axis()))
        .min();
  }

  /**
   * @param x i32 or i64, [B, …]
   * @throws ShapeException where the input is floating
   */
  @Override
  public Expr apply(LayerScope scope, Expr x) {
    if (x.type().dtype().isFloating()) {
      throw new ShapeException(
          "embedding '" + name + "' needs whole numbers, i32 or i64, not " + x.type());
    }
    return scope.named(
        name,
        () -> {
          TensorType w = new TensorType(DType.F32, Shape.of(vocabulary, width));
          return Ops.gather(scope.parameter("weight", w, weight), x, 0);
        });
  }
}
