package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.Slice;
import dev.ballast.pass.Passes;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A network with the type of one example: all that graphs for training and inference are made of.
 *
 * <pre>{@code
 * Model model =
 *     new Model(
 *         "xor",
 *         Shape.of(2),
 *         Sequential.of(Linear.of("fc1", 2, 8), Activation.TANH, Linear.of("fc2", 8, 1)));
 * }</pre>
 *
 * @param input what an example is made of: f32, or i32 where the body begins with an {@link
 *     Embedding}
 */
public record Model(String name, Shape example, DType input, Layer body) {
  /** The input's name in every graph: [B, …example]. */
  public static final String INPUT = "x";

  /** The name of the network's result in inference graphs. */
  public static final String OUTPUT = "y";

  /** A network on examples of f32. */
  public Model(String name, Shape example, Layer body) {
    this(name, example, DType.F32, body);
  }

  /** The input of a batch. */
  public TensorType inputType(int batch) {
    return new TensorType(input, Shape.of(batch).append(example));
  }

  /** The forward pass alone. */
  public Graph inference(int batch) {
    GraphBuilder b = new GraphBuilder(name);
    LayerScope scope = new LayerScope(b, false);
    b.output(OUTPUT, body.apply(scope, b.input(INPUT, inputType(batch))));
    return Passes.standard(b.build());
  }

  /** The names of the parameters that training changes, in their order. */
  public List<String> trainable() {
    GraphBuilder b = new GraphBuilder(name);
    LayerScope scope = new LayerScope(b, true);
    body.apply(scope, b.input(INPUT, inputType(1)));
    return scope.trainable().stream().map(p -> p.value().name()).toList();
  }

  /**
   * Fills parameters with their first contents: a function of the seed and of each parameter's
   * place in the order, not of when it is filled.
   */
  public void initialize(long seed, Function<String, Slice> parameters) {
    GraphBuilder b = new GraphBuilder(name);
    LayerScope scope = new LayerScope(b, false);
    Expr x = b.input(INPUT, inputType(1));
    body.apply(scope, x);
    long stream = Philox.INITIALIZATION;
    for (Map.Entry<String, Initializer> e : scope.initializers().entrySet()) {
      e.getValue().fill(parameters.apply(e.getKey()), new Philox(seed, stream++));
    }
  }
}
