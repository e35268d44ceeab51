package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Convolution;
import dev.ballast.kernel.ConvolutionShape;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.WindowAxis;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * The convolution y = x ⋆ w and its two gradients. L = Σ y ⊙ g is linear in x, w and g, so each of
 * the three is the gradient of the others, and so are their own gradients.
 *
 * <p>x[B,C,H,W], w[O,C/groups,kh,kw], y[B,O,H',W']. Stride, padding and dilation are of rows and
 * columns.
 */
public sealed interface Convolve extends Image {
  List<Integer> stride();

  List<Integer> padding();

  List<Integer> dilation();

  int groups();

  /** Demands sane attributes. */
  private static void check(
      List<Integer> stride, List<Integer> padding, List<Integer> dilation, int groups) {
    Image.pair("stride", stride, 1);
    Image.pair("padding", padding, 0);
    Image.pair("dilation", dilation, 1);
    if (groups < 1) {
      throw new IllegalArgumentException("groups must be at least 1, not " + groups);
    }
  }

  /** The shape of images x of these sizes under weights w. */
  default ConvolutionShape fitted(Sizes x, TensorType w) {
    if (w.shape().rank() != 4) {
      throw misfit("weights are [out, in / groups, height, width], not " + w);
    }
    int out = w.shape().dim(0);
    if (x.channels() % groups() != 0 || out % groups() != 0) {
      throw misfit(
          x.channels()
              + " channels in and "
              + out
              + " out do not fall into "
              + groups()
              + " groups");
    }
    if (w.shape().dim(1) != x.channels() / groups()) {
      String of = groups() == 1 ? "" : " in " + groups() + " groups";
      throw misfit("weights " + w + " do not fit " + x.channels() + " channels" + of);
    }
    ConvolutionShape s =
        new ConvolutionShape(
            x.batch(),
            x.channels(),
            out,
            groups(),
            axis(0, x.height(), w.shape().dim(2)),
            axis(1, x.width(), w.shape().dim(3)),
            batchLast());
    if (s.y().out() < 1 || s.x().out() < 1) {
      throw misfit(
          "a window of %dx%d does not fit into images of %dx%d with padding %s and dilation %s"
              .formatted(
                  s.y().kernel(), s.x().kernel(), x.height(), x.width(), padding(), dilation()));
    }
    return s;
  }

  private WindowAxis axis(int i, int in, int kernel) {
    return new WindowAxis(in, kernel, stride().get(i), padding().get(i), dilation().get(i));
  }

  /** The type of y. */
  default TensorType result(ConvolutionShape s, TensorType x) {
    Sizes y = new Sizes(s.batch(), s.out(), s.y().out(), s.x().out());
    return x.withShape(y.shape(batchLast()));
  }

  /** Demands one dtype. */
  default void alike(List<TensorType> inputs) {
    for (TensorType t : inputs) {
      if (t.dtype() != inputs.getFirst().dtype()) {
        throw misfit("dtypes differ: " + inputs.getFirst() + " and " + t);
      }
    }
  }

  /** The convolution that this is of. */
  default Conv2d forward() {
    return new Conv2d(stride(), padding(), dilation(), groups(), batchLast());
  }

  /** Its gradient by images of this type. */
  default InputGradient inputGradient(TensorType x) {
    Sizes s = sizes(x);
    List<Integer> size = List.of(s.height(), s.width());
    return new InputGradient(size, stride(), padding(), dilation(), groups(), batchLast());
  }

  /** Its gradient by weights of this type. */
  default WeightGradient weightGradient(TensorType w, boolean biased) {
    List<Integer> kernel = List.of(w.shape().dim(2), w.shape().dim(3));
    return new WeightGradient(
        kernel, stride(), padding(), dilation(), groups(), biased, batchLast());
  }

  /** The shape for a node of this op. */
  ConvolutionShape shape(List<TensorType> inputs);

  @Override
  default long flops(List<TensorType> inputs) {
    return 2 * shape(inputs).multiplications();
  }

  /**
   * y = x ⋆ w, and + b[O] where a third input is given. ∂L/∂x, ∂L/∂w and ∂L/∂b are of the two ops
   * below. Keeps x and w.
   */
  record Conv2d(
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      int groups,
      boolean batchLast)
      implements Convolve {
    public Conv2d {
      check(stride, padding, dilation, groups);
    }

    @Override
    public Conv2d withBatchLast(boolean last) {
      return new Conv2d(stride, padding, dilation, groups, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(0);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of(0);
    }

    @Override
    public ConvolutionShape shape(List<TensorType> inputs) {
      return fitted(sizes(inputs.getFirst()), inputs.get(1));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      if (inputs.size() != 3) {
        arity(2, inputs);
      }
      alike(inputs);
      ConvolutionShape s = shape(inputs);
      if (inputs.size() == 3 && !inputs.get(2).shape().equals(Shape.of(s.out()))) {
        throw misfit("bias " + inputs.get(2) + " does not fit " + s.out() + " channels out");
      }
      return List.of(result(s, inputs.getFirst()));
    }

    @Override
    public void gradient(Backprop b) {
      var g = b.dout().builder();
      b.contribute(0, g.apply(inputGradient(b.in(0).type()), b.dout(), b.in(1)));
      boolean biased = b.inputs() == 3;
      Op byWeights = weightGradient(b.in(1).type(), biased);
      List<Expr> gradients = g.applyAll(byWeights, List.of(b.in(0), b.dout()));
      b.contribute(1, gradients.getFirst());
      if (biased) {
        b.contribute(2, gradients.getLast());
      }
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return Convolution.forwardBytes(shape(inputs));
    }

    @Override
    public Kernel bind(Slices s) {
      return Convolution.forward(shape(types(s)), s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Convolution.referenceForward(shape(types(s)), s.in(0), s.in(1), bias(s), s.out());
    }

    private static Optional<Slice> bias(Slices s) {
      return s.inputs().size() == 3 ? Optional.of(s.in(2)) : Optional.empty();
    }
  }

  /**
   * ∂L/∂x of g = ∂L/∂y and w, for images x of {@code size}. With u = ∂L/∂(∂L/∂x): the gradient by g
   * is u ⋆ w, that by w the weights' gradient for the images u. Keeps g and w.
   */
  record InputGradient(
      List<Integer> size,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      int groups,
      boolean batchLast)
      implements Convolve {
    public InputGradient {
      size = Image.pair("size", size, 1);
      check(stride, padding, dilation, groups);
    }

    @Override
    public InputGradient withBatchLast(boolean last) {
      return new InputGradient(size, stride, padding, dilation, groups, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(0);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of(0);
    }

    @Override
    public ConvolutionShape shape(List<TensorType> inputs) {
      TensorType w = inputs.getLast();
      int perGroup = w.shape().rank() == 4 ? w.shape().dim(1) : 1;
      int channels = Math.multiplyExact(perGroup, groups);
      int batch = sizes(inputs.getFirst()).batch();
      return fitted(new Sizes(batch, channels, size.getFirst(), size.getLast()), w);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      alike(inputs);
      ConvolutionShape s = shape(inputs);
      TensorType y = result(s, inputs.getFirst());
      if (!y.equals(inputs.getFirst())) {
        throw misfit("gradients " + inputs.getFirst() + " are not of the result's type " + y);
      }
      Sizes x = new Sizes(s.batch(), s.in(), s.y().in(), s.x().in());
      return List.of(y.withShape(x.shape(batchLast)));
    }

    @Override
    public void gradient(Backprop b) {
      var g = b.dout().builder();
      b.contribute(0, g.apply(forward(), b.dout(), b.in(1)));
      b.contribute(1, g.apply(weightGradient(b.in(1).type(), false), b.dout(), b.in(0)));
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return Convolution.inputGradientBytes(shape(inputs));
    }

    @Override
    public Kernel bind(Slices s) {
      return Convolution.inputGradient(shape(types(s)), s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Convolution.referenceInputGradient(shape(types(s)), s.in(0), s.in(1), s.out());
    }
  }

  /**
   * ∂L/∂w of x and g = ∂L/∂y, for weights of {@code kernel}, and Σ g over images and places where
   * {@code biased}. With u = ∂L/∂(∂L/∂w) and v = ∂L/∂(∂L/∂b): the gradient by x is that of x for
   * the weights u, that by g is x ⋆ u + v. Keeps x and g.
   */
  record WeightGradient(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      int groups,
      boolean biased,
      boolean batchLast)
      implements Convolve {
    public WeightGradient {
      kernel = Image.pair("kernel", kernel, 1);
      check(stride, padding, dilation, groups);
    }

    @Override
    public WeightGradient withBatchLast(boolean last) {
      return new WeightGradient(kernel, stride, padding, dilation, groups, biased, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(0, 1);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of();
    }

    private TensorType weights(List<TensorType> inputs) {
      int in = sizes(inputs.getFirst()).channels();
      int out = sizes(inputs.getLast()).channels();
      if (in % groups != 0) {
        throw misfit(in + " channels do not fall into " + groups + " groups");
      }
      return inputs
          .getFirst()
          .withShape(Shape.of(out, in / groups, kernel.getFirst(), kernel.getLast()));
    }

    @Override
    public ConvolutionShape shape(List<TensorType> inputs) {
      return fitted(sizes(inputs.getFirst()), weights(inputs));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      alike(inputs);
      TensorType y = result(shape(inputs), inputs.getFirst());
      if (!y.equals(inputs.getLast())) {
        throw misfit("gradients " + inputs.getLast() + " are not of the result's type " + y);
      }
      TensorType w = weights(inputs);
      return biased ? List.of(w, w.withShape(Shape.of(w.shape().dim(0)))) : List.of(w);
    }

    @Override
    public void gradient(Backprop b) {
      var g = b.dout().builder();
      b.contribute(0, g.apply(inputGradient(b.in(0).type()), b.in(1), b.dout()));
      b.contribute(
          1,
          biased
              ? g.apply(forward(), b.in(0), b.dout(), b.douts().getLast())
              : g.apply(forward(), b.in(0), b.dout()));
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return Convolution.weightGradientBytes(shape(inputs));
    }

    @Override
    public Kernel bind(Slices s) {
      return Convolution.weightGradient(shape(types(s)), s);
    }

    @Override
    public Kernel reference(Slices s) {
      ConvolutionShape shape = shape(types(s));
      return Convolution.referenceWeightGradient(shape, s.in(0), s.in(1), s.out(), bias(s));
    }

    private static Optional<Slice> bias(Slices s) {
      return s.results().size() == 2 ? Optional.of(s.out(1)) : Optional.empty();
    }
  }

  private static List<TensorType> types(Slices s) {
    return s.inputs().stream().map(Slice::type).toList();
  }
}
