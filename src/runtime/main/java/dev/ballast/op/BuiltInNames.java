package dev.ballast.op;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that model files carry for the ops of {@link BuiltIn}: never changed once released,
 * whatever the class is called.
 *
 * <p>A list, and no annotations, since every process that reads a model needs all of them before
 * its first answer, and reading seventy annotations takes as long as reading a model.
 */
final class BuiltInNames {
  private record Named(String name, Class<? extends BuiltIn> op) {}

  private static final List<Named> ALL =
      List.of(
          of("add", Binary.Add.class),
          of("sub", Binary.Sub.class),
          of("mul", Binary.Mul.class),
          of("div", Binary.Div.class),
          of("pow", Binary.Pow.class),
          of("max", Binary.Max.class),
          of("min", Binary.Min.class),
          of("less", Binary.Less.class),
          of("less_equal", Binary.LessEqual.class),
          of("equal", Binary.Equal.class),
          of("channel_moments", Channel.Moments.class),
          of("channel_affine", Channel.Affine.class),
          of("channel_products", Channel.Products.class),
          of("softmax", Classify.Softmax.class),
          of("causal_softmax", Classify.CausalSoftmax.class),
          of("log_softmax", Classify.LogSoftmax.class),
          of("cross_entropy", Classify.CrossEntropy.class),
          of("cross_entropy_gradient", Classify.CrossEntropyGradient.class),
          of("cross_entropy_with_gradient", Classify.CrossEntropyWithGradient.class),
          of("conv2d", Convolve.Conv2d.class),
          of("conv2d_input_gradient", Convolve.InputGradient.class),
          of("conv2d_weight_gradient", Convolve.WeightGradient.class),
          of("gather", Index.Gather.class),
          of("scatter_add", Index.ScatterAdd.class),
          of("one_hot", Index.OneHot.class),
          of("positive_bits", Mask.PositiveBits.class),
          of("select_bits", Mask.SelectBits.class),
          of("max_pool2d", MaxPool.Largest.class),
          of("max_pool2d_places", MaxPool.Places.class),
          of("max_pool2d_gradient", MaxPool.Gradient.class),
          of("max_pool2d_take", MaxPool.Take.class),
          of("avg_pool2d", MeanPool.Mean.class),
          of("avg_pool2d_gradient", MeanPool.Gradient.class),
          of("reshape", Move.Reshape.class),
          of("transpose", Move.Transpose.class),
          of("broadcast_to", Move.BroadcastTo.class),
          of("slice", Move.Slice.class),
          of("pad", Move.Pad.class),
          of("concat", Move.Concat.class),
          of("cast", Move.Cast.class),
          of("normalize_rows", Normalize.Rows.class),
          of("pack_columns", Packed.PackColumns.class),
          of("matmul_packed", Packed.MatMulPacked.class),
          of("matmul", Product.MatMul.class),
          of("matmul_add", Product.MatMulAdd.class),
          of("sum", Reduce.Sum.class),
          of("mean", Reduce.Mean.class),
          of("reduce_max", Reduce.MaxOver.class),
          of("argmax", Reduce.ArgMax.class),
          of("dropout", Regularize.Dropout.class),
          of("select", Selection.Select.class),
          of("neg", Unary.Neg.class),
          of("abs", Unary.Abs.class),
          of("sqrt", Unary.Sqrt.class),
          of("exp", Unary.Exp.class),
          of("log", Unary.Log.class),
          of("sin", Unary.Sin.class),
          of("cos", Unary.Cos.class),
          of("sigmoid", Unary.Sigmoid.class),
          of("tanh", Unary.Tanh.class),
          of("relu", Unary.Relu.class),
          of("softplus", Unary.Softplus.class),
          of("erf", Unary.Erf.class),
          of("gelu", Unary.Gelu.class),
          of("assign", Update.Assign.class),
          of("sgd", Update.Sgd.class),
          of("adam", Update.Adam.class),
          of("matmul_sgd", Update.MatMulSgd.class));

  private static final Map<String, Class<? extends BuiltIn>> OPS = new LinkedHashMap<>();
  private static final Map<Class<?>, String> NAMES = new HashMap<>();

  static {
    for (Named n : ALL) {
      OPS.put(n.name, n.op);
      NAMES.put(n.op, n.name);
    }
  }

  private BuiltInNames() {}

  private static Named of(String name, Class<? extends BuiltIn> op) {
    return new Named(name, op);
  }

  /** The ops by their names, family by family. */
  static Map<String, Class<? extends BuiltIn>> ops() {
    return Collections.unmodifiableMap(OPS);
  }

  /** Null where it is none of these. */
  static String of(Class<?> op) {
    return NAMES.get(op);
  }
}
