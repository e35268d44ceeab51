package dev.ballast.runtime;

import static dev.ballast.op.Ops.abs;
import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.binaryCrossEntropy;
import static dev.ballast.op.Ops.broadcastTo;
import static dev.ballast.op.Ops.concat;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.cos;
import static dev.ballast.op.Ops.crossEntropy;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.erf;
import static dev.ballast.op.Ops.exp;
import static dev.ballast.op.Ops.gather;
import static dev.ballast.op.Ops.gelu;
import static dev.ballast.op.Ops.greater;
import static dev.ballast.op.Ops.greaterEqual;
import static dev.ballast.op.Ops.less;
import static dev.ballast.op.Ops.log;
import static dev.ballast.op.Ops.logSoftmax;
import static dev.ballast.op.Ops.matmul;
import static dev.ballast.op.Ops.max;
import static dev.ballast.op.Ops.mean;
import static dev.ballast.op.Ops.meanSquaredError;
import static dev.ballast.op.Ops.min;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.neg;
import static dev.ballast.op.Ops.notEqual;
import static dev.ballast.op.Ops.pad;
import static dev.ballast.op.Ops.pow;
import static dev.ballast.op.Ops.reduceMax;
import static dev.ballast.op.Ops.relu;
import static dev.ballast.op.Ops.reshape;
import static dev.ballast.op.Ops.select;
import static dev.ballast.op.Ops.sigmoid;
import static dev.ballast.op.Ops.sin;
import static dev.ballast.op.Ops.slice;
import static dev.ballast.op.Ops.softmax;
import static dev.ballast.op.Ops.softplus;
import static dev.ballast.op.Ops.sqrt;
import static dev.ballast.op.Ops.square;
import static dev.ballast.op.Ops.sub;
import static dev.ballast.op.Ops.sum;
import static dev.ballast.op.Ops.tanh;
import static dev.ballast.op.Ops.transpose;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The losses of {@code goldens.py}, written with Ballast's ops, under the same names. */
final class TorchGraphs {
  /** The tensors that a loss is made of, by name. */
  interface Given extends Function<String, Expr> {}

  static final Map<String, Function<Given, Expr>> LOSSES = new LinkedHashMap<>();

  static {
    LOSSES.put("mlp_cross_entropy", TorchGraphs::mlpCrossEntropy);
    LOSSES.put("softmax_regression_mse", TorchGraphs::softmaxRegression);
    LOSSES.put("binary_cross_entropy_from_logits", TorchGraphs::binaryFromLogits);
    LOSSES.put("layer_norm", TorchGraphs::layerNorm);
    LOSSES.put("attention", TorchGraphs::attention);
    LOSSES.put("embedding", TorchGraphs::embedding);
    LOSSES.put("slices_concat_pad_transpose", TorchGraphs::slices);
    LOSSES.put("ties_of_max_and_min", TorchGraphs::ties);
    LOSSES.put("activations", TorchGraphs::activations);
    LOSSES.put("log_softmax_and_gathered_labels", TorchGraphs::gatheredLabels);
    LOSSES.put("powers_quotients_roots_logs", TorchGraphs::powers);
    LOSSES.put("power_at_zero", TorchGraphs::powerAtZero);
    LOSSES.put("comparison_and_selection", TorchGraphs::selection);
    LOSSES.put("sums_means_and_maxima_over_axes", TorchGraphs::overAxes);
    LOSSES.put("values_used_again", TorchGraphs::usedAgain);
    LOSSES.put("broadcasting", TorchGraphs::broadcasting);
    LOSSES.put("products_with_leading_axes", TorchGraphs::products);
    LOSSES.put("gradient_penalty", TorchGraphs::gradientPenalty);
    LOSSES.put("penalty_on_the_gradient_of_cross_entropy", TorchGraphs::crossEntropyPenalty);
    LOSSES.put("penalty_on_gradients_of_many_ops", TorchGraphs::manyPenalty);
  }

  private TorchGraphs() {}

  private static Expr mlpCrossEntropy(Given g) {
    Expr h = relu(add(matmul(g.apply("x"), g.apply("w1"), false, true), g.apply("b1")));
    Expr scores = add(matmul(h, g.apply("w2"), false, true), g.apply("b2"));
    return mean(crossEntropy(scores, g.apply("labels")));
  }

  private static Expr softmaxRegression(Given g) {
    Expr scores = add(matmul(g.apply("x"), g.apply("w")), g.apply("b"));
    return meanSquaredError(softmax(scores), g.apply("t"));
  }

  private static Expr binaryFromLogits(Given g) {
    return mean(binaryCrossEntropy(g.apply("x"), g.apply("y")));
  }

  private static Expr layerNorm(Given g) {
    Expr x = g.apply("x");
    Expr centred = sub(x, mean(x, List.of(-1), true));
    Expr variance = mean(square(centred), List.of(-1), true);
    Expr normal = div(centred, sqrt(add(variance, constant(x, 1e-5))));
    Expr y = add(mul(normal, g.apply("gain")), g.apply("shift"));
    return sum(mul(y, g.apply("w")));
  }

  private static Expr attention(Given g) {
    Expr scores = matmul(g.apply("q"), g.apply("k"), false, true);
    Expr a = softmax(div(scores, constant(scores, Math.sqrt(5))));
    return mean(square(matmul(matmul(a, g.apply("v")), g.apply("w"))));
  }

  private static Expr embedding(Given g) {
    return sum(mul(tanh(gather(g.apply("table"), g.apply("indices"), 0)), g.apply("w")));
  }

  private static Expr slices(Given g) {
    Expr x = g.apply("x");
    Expr left = transpose(slice(x, 0, 1, 3));
    Expr right = transpose(slice(x, 1, 2, 5));
    Expr column = slice(slice(x, 0, 0, 3), 1, 1, 2);
    Expr joined = concat(1, slice(left, 0, 0, 3), right, g.apply("y"), column);
    Expr padded = pad(joined, 0, 1, 3);
    Expr flat = reshape(padded, -1);
    Expr windowed = mul(slice(padded, 1, 1, 10), g.apply("w"));
    return add(sum(square(windowed)), sum(slice(flat, 0, 5, 20)));
  }

  private static Expr ties(Given g) {
    Expr a = g.apply("a");
    Expr b = g.apply("b");
    Expr m = add(mul(max(a, b), constant(a, 2)), mul(min(a, b), constant(a, 3)));
    Expr rows = sum(square(reduceMax(a, List.of(1), false)));
    return add(add(sum(mul(m, g.apply("w"))), rows), reduceMax(a, List.of(0, 1), false));
  }

  private static Expr activations(Given g) {
    Expr x = g.apply("x");
    Expr y = add(add(gelu(x), mul(softplus(x), tanh(x))), mul(sigmoid(x), erf(x)));
    Expr waves = mul(sin(x), cos(mul(constant(x, 2), x)));
    return mean(sub(add(mul(y, relu(add(x, constant(x, 0.5)))), waves), abs(x)));
  }

  private static Expr gatheredLabels(Given g) {
    return neg(mean(gather(reshape(logSoftmax(g.apply("x")), -1), g.apply("flat"), 0)));
  }

  private static Expr powers(Given g) {
    Expr a = g.apply("a");
    Expr c = g.apply("c");
    Expr y = add(add(div(pow(a, g.apply("b")), c), sqrt(mul(a, c))), log(div(a, c)));
    Expr below = add(constant(a, 1), pow(a, constant(a, 3)));
    return sum(div(mul(y, y), below));
  }

  private static Expr powerAtZero(Given g) {
    Expr a = g.apply("a");
    Expr weights = a.builder().constant(Literal.of(a.type(), 1, 2, 3, 4, 5));
    return sum(mul(pow(a, g.apply("p")), weights));
  }

  private static Expr selection(Given g) {
    Expr a = g.apply("a");
    Expr b = g.apply("b");
    Expr c = g.apply("c");
    Expr first = select(less(a, b), mul(a, c), sin(b));
    Expr y = add(first, select(greaterEqual(c, b), exp(a), b));
    return add(sum(mul(y, greater(a, c))), mean(mul(y, notEqual(a, b))));
  }

  private static Expr overAxes(Given g) {
    Expr x = g.apply("x");
    List<Integer> outer = List.of(0, -1);
    Expr sums = mul(sum(x, outer, false), g.apply("y"));
    Expr z = add(add(sums, square(mean(x, outer, false))), reduceMax(x, outer, false));
    Expr centred = sub(x, mean(x, List.of(1), true));
    Expr norms = sqrt(sum(square(centred), List.of(-1), false));
    return add(sum(z), mean(mul(norms, reduceMax(x, List.of(-1), false))));
  }

  private static Expr usedAgain(Given g) {
    Expr x = g.apply("x");
    Expr w = g.apply("w");
    Expr y = matmul(x, w);
    Expr z = add(add(mul(y, y), mul(sin(y), y)), mul(x, y));
    return add(sum(tanh(add(matmul(z, w), z))), mul(sum(z), sum(y)));
  }

  private static Expr broadcasting(Given g) {
    Expr a = g.apply("a");
    Expr e = g.apply("e");
    Expr quotient = div(g.apply("c"), add(constant(a, 2), g.apply("d")));
    Expr y = sub(add(mul(a, g.apply("b")), quotient), mul(e, a));
    Expr written = broadcastTo(y, Shape.of(2, 4, 5, 3));
    return mul(sum(slice(square(written), 0, 1, 2)), e);
  }

  private static Expr products(Given g) {
    Expr y = matmul(matmul(g.apply("a"), g.apply("b")), g.apply("c"), false, true);
    Expr z = matmul(y, g.apply("d"), true, false);
    return add(sum(sin(z)), mean(square(y)));
  }

  private static Expr gradientPenalty(Given g) {
    Expr x = g.apply("x");
    Expr hidden = tanh(add(matmul(x, g.apply("w1")), g.apply("b1")));
    Expr f = sum(matmul(hidden, g.apply("w2")));
    Expr dx = Autodiff.gradients(f, List.of(x)).getFirst();
    Expr norms = sqrt(sum(square(dx), List.of(1), false));
    Expr penalty = mean(square(sub(norms, constant(x, 1))));
    return add(penalty, mul(constant(x, 0.1), f));
  }

  private static Expr crossEntropyPenalty(Given g) {
    Expr w = g.apply("w");
    Expr loss = mean(crossEntropy(matmul(g.apply("x"), w), g.apply("labels")));
    Expr dw = Autodiff.gradients(loss, List.of(w)).getFirst();
    return add(loss, sum(square(dw)));
  }

  private static Expr manyPenalty(Given g) {
    Expr x = g.apply("x");
    Expr y = add(mul(gelu(x), softmax(x)), mul(logSoftmax(mul(x, x)), sigmoid(x)));
    Expr powers = mul(pow(x, constant(x, 1.7)), softplus(x));
    Expr columns = reduceMax(add(div(y, sqrt(x)), powers), List.of(0), false);
    Expr f = add(sum(columns), mean(y));
    Expr dx = Autodiff.gradients(f, List.of(x)).getFirst();
    return add(f, sum(square(dx)));
  }
}
