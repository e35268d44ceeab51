package dev.ballast.runtime;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.constant;
import static dev.ballast.op.Ops.crossEntropy;
import static dev.ballast.op.Ops.div;
import static dev.ballast.op.Ops.flatten;
import static dev.ballast.op.Ops.matmul;
import static dev.ballast.op.Ops.mean;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.relu;
import static dev.ballast.op.Ops.sin;
import static dev.ballast.op.Ops.slice;
import static dev.ballast.op.Ops.sqrt;
import static dev.ballast.op.Ops.square;
import static dev.ballast.op.Ops.sub;
import static dev.ballast.op.Ops.sum;
import static dev.ballast.op.Ops.tanh;
import static dev.ballast.op.Ops.transpose;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.op.Channel;
import dev.ballast.op.Convolve;
import dev.ballast.op.Image;
import dev.ballast.op.MaxPool;
import dev.ballast.op.MeanPool;
import dev.ballast.runtime.TorchGraphs.Given;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The losses of {@code convolution_goldens.py} with Ballast's ops. All images come and go with the
 * batch first; where {@code batchLast}, each op is given them the other way.
 */
record TorchImages(boolean batchLast) {
  private static final List<Integer> ONES = List.of(1, 1);
  private static final List<Integer> NONE = List.of(0, 0);

  Map<String, Function<Given, Expr>> losses() {
    Map<String, Function<Given, Expr>> losses = new LinkedHashMap<>();
    losses.put("small_lenet", this::smallLenet);
    losses.put("strides_paddings_dilations_groups", this::strides);
    losses.put("each_channel_apart", this::eachChannelApart);
    losses.put("overlapping_pools_with_ties", this::overlapping);
    losses.put("means_with_and_without_padding", this::means);
    losses.put("batch_norm", this::batchNorm);
    losses.put("penalty_on_the_gradient_of_a_convolution", this::convolutionPenalty);
    losses.put("penalty_on_the_gradient_of_a_norm", this::normPenalty);
    return losses;
  }

  /** Applies an op to images that lie as the op wants them. */
  private Expr apply(Image op, Expr x, Expr... others) {
    Expr[] inputs = new Expr[others.length + 1];
    System.arraycopy(others, 0, inputs, 1, others.length);
    inputs[0] = batchLast ? transpose(x, List.of(1, 2, 3, 0)) : x;
    Op turned = op.withBatchLast(batchLast);
    Expr y = x.builder().applyAll(turned, List.of(inputs)).getFirst();
    return batchLast ? transpose(y, List.of(3, 0, 1, 2)) : y;
  }

  private Expr convolution(Convolve.Conv2d op, Expr x, Expr... others) {
    return apply(op, x, others);
  }

  private static Convolve.Conv2d window(
      List<Integer> stride, List<Integer> padding, List<Integer> dilation, int groups) {
    return new Convolve.Conv2d(stride, padding, dilation, groups, false);
  }

  private Expr largest(Expr x, List<Integer> kernel, List<Integer> stride) {
    return apply(new MaxPool.Largest(kernel, stride, NONE, ONES, false), x);
  }

  private Expr normalized(Expr x, Expr gamma, Expr beta, double epsilon) {
    Expr turned = batchLast ? transpose(x, List.of(1, 2, 3, 0)) : x;
    List<Expr> moments = x.builder().applyAll(new Channel.Moments(batchLast), List.of(turned));
    Expr variance = moments.getLast();
    Expr scale = div(gamma, sqrt(add(variance, constant(variance, epsilon))));
    Expr shift = sub(beta, mul(moments.getFirst(), scale));
    return apply(new Channel.Affine(false), x, scale, shift);
  }

  private Expr smallLenet(Given g) {
    List<Integer> two = List.of(2, 2);
    Expr h = convolution(window(ONES, ONES, ONES, 1), g.apply("x"), g.apply("w1"), g.apply("b1"));
    Op places = new MaxPool.Places(two, two, NONE, ONES, false);
    h = h.builder().applyAll(places, List.of(relu(h))).getFirst();
    h = convolution(window(ONES, NONE, ONES, 1), h, g.apply("w2"), g.apply("b2"));
    h = slice(largest(relu(h), two, List.of(2, 1)), 3, 0, 1);
    Expr scores = add(matmul(flatten(h), g.apply("w3"), false, true), g.apply("b3"));
    return mean(crossEntropy(scores, g.apply("labels")));
  }

  private Expr strides(Given g) {
    Convolve.Conv2d op = window(List.of(2, 1), List.of(2, 1), List.of(2, 1), 2);
    Expr y = convolution(op, g.apply("x"), g.apply("w"), g.apply("b"));
    return sum(mul(tanh(y), g.apply("u")));
  }

  private Expr eachChannelApart(Given g) {
    Convolve.Conv2d op = window(List.of(2, 3), ONES, ONES, 3);
    return sum(mul(square(convolution(op, g.apply("x"), g.apply("w"))), g.apply("u")));
  }

  private Expr overlapping(Given g) {
    Expr x = g.apply("x");
    Expr y = apply(new MaxPool.Largest(List.of(3, 3), List.of(2, 2), ONES, ONES, false), x);
    MaxPool.Largest dilated =
        new MaxPool.Largest(List.of(2, 3), List.of(2, 1), NONE, List.of(2, 1), false);
    Expr z = apply(dilated, x);
    return add(sum(mul(y, g.apply("u"))), sum(mul(square(z), g.apply("v"))));
  }

  private Expr means(Given g) {
    Expr x = g.apply("x");
    Expr y = apply(new MeanPool.Mean(List.of(3, 3), List.of(2, 2), ONES, true, false), x);
    Expr z = apply(new MeanPool.Mean(List.of(3, 3), List.of(2, 2), ONES, false, false), x);
    return add(sum(mul(square(y), g.apply("u"))), sum(mul(z, g.apply("v"))));
  }

  private Expr batchNorm(Given g) {
    Expr y = normalized(g.apply("x"), g.apply("gamma"), g.apply("beta"), 1e-3);
    return sum(mul(tanh(y), g.apply("u")));
  }

  private Expr convolutionPenalty(Given g) {
    Expr x = g.apply("x");
    Expr w = g.apply("w");
    Expr y = convolution(window(List.of(2, 1), List.of(1, 0), ONES, 1), x, w);
    Expr means = apply(new MeanPool.Mean(List.of(2, 2), ONES, NONE, true, false), y);
    Expr f = sum(mul(sin(means), g.apply("v")));
    List<Expr> gradients = Autodiff.gradients(f, List.of(x, w));
    Expr dw = gradients.getLast();
    return add(add(f, sum(square(gradients.getFirst()))), sum(mul(square(dw), dw)));
  }

  private Expr normPenalty(Given g) {
    Expr x = g.apply("x");
    Expr gamma = g.apply("gamma");
    Expr y = normalized(x, gamma, g.apply("beta"), 1e-2);
    Expr f = sum(largest(sin(square(y)), List.of(2, 2), List.of(2, 2)));
    List<Expr> gradients = Autodiff.gradients(f, List.of(x, gamma));
    Expr penalty = add(sum(square(gradients.getFirst())), sum(square(gradients.getLast())));
    return add(f, penalty);
  }
}
