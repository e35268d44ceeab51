package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.PoolShape;
import dev.ballast.kernel.Pooling;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.WindowAxis;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * Folds of what lies under a window, channel by channel: x[B,C,H,W] to y[B,C,H',W']. Windows that
 * would reach beyond the padding are left out.
 */
public sealed interface Pool extends Image {
  List<Integer> kernel();

  List<Integer> stride();

  List<Integer> padding();

  default List<Integer> dilation() {
    return List.of(1, 1);
  }

  private static void check(List<Integer> kernel, List<Integer> stride, List<Integer> padding) {
    Image.pair("kernel", kernel, 1);
    Image.pair("stride", stride, 1);
    Image.pair("padding", padding, 0);
    for (int i = 0; i < 2; i++) {
      if (padding.get(i) > kernel.get(i) / 2) {
        throw new IllegalArgumentException(
            "padding " + padding + " is more than half the window " + kernel);
      }
    }
  }

  /** The shape for images of these sizes. */
  default PoolShape shape(Sizes x) {
    PoolShape s =
        new PoolShape(
            x.batch(), x.channels(), axis(0, x.height()), axis(1, x.width()), batchLast());
    if (s.y().isEmptySomewhere() || s.x().isEmptySomewhere()) {
      throw misfit(
          "a window of %dx%d does not fit into images of %dx%d with padding %s and dilation %s"
              .formatted(
                  s.y().kernel(), s.x().kernel(), x.height(), x.width(), padding(), dilation()));
    }
    return s;
  }

  private WindowAxis axis(int i, int in) {
    return new WindowAxis(
        in, kernel().get(i), stride().get(i), padding().get(i), dilation().get(i));
  }

  /** The type of y. */
  default TensorType result(PoolShape s, TensorType like) {
    Sizes y = new Sizes(s.batch(), s.channels(), s.y().out(), s.x().out());
    return like.withShape(y.shape(batchLast()));
  }

  /** Images of another height and width. */
  default TensorType sized(TensorType y, List<Integer> size) {
    Sizes s = sizes(y);
    Sizes x = new Sizes(s.batch(), s.channels(), size.getFirst(), size.getLast());
    return y.withShape(x.shape(batchLast()));
  }

  /** The type of images x of which the pooled are of type {@code y}. */
  default TensorType unpooled(TensorType y, List<Integer> size) {
    TensorType x = sized(y, size);
    TensorType expected = result(shape(sizes(x)), x);
    if (!expected.equals(y)) {
      throw misfit(y + " is not of the type " + expected + " that " + x + " is pooled to");
    }
    return x;
  }

  private static List<Integer> size(Sizes s) {
    return List.of(s.height(), s.width());
  }

  @Override
  default List<Integer> imageResults() {
    return List.of(0);
  }

  @Override
  default List<Integer> imageInputs() {
    return List.of(0);
  }

  /**
   * The largest; of equals the first, row by row. ∂L/∂x goes to the largest alone. Keeps x, whose
   * largest are found again; {@link MaxPlaces} keeps their places instead.
   */
  @OpName("max_pool2d")
  record Max(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements Pool {
    public Max {
      check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public Max withBatchLast(boolean last) {
      return new Max(kernel, stride, padding, dilation, last);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      return List.of(result(shape(sizes(x)), x));
    }

    @Override
    public void gradient(Backprop b) {
      MaxPlaces places = new MaxPlaces(kernel, stride, padding, dilation, batchLast);
      Expr found = b.dout().builder().applyAll(places, List.of(b.in(0))).getLast();
      places.contribute(b, found);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      PoolShape s = shape(sizes(inputs.getFirst()));
      return s.results() * s.taps();
    }

    @Override
    public Kernel bind(Slices s) {
      return Pooling.max(shape(sizes(s.in(0).type())), s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Pooling.referenceMax(shape(sizes(s.in(0).type())), s.in(0), s.out(), Optional.empty());
    }
  }

  /**
   * The largest and, packed into words, which tap of its window each is: two bits an element for a
   * window of 2×2, where keeping x would be four floats. Keeps the places.
   */
  @OpName("max_pool2d_places")
  record MaxPlaces(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements Pool {
    public MaxPlaces {
      check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public MaxPlaces withBatchLast(boolean last) {
      return new MaxPlaces(kernel, stride, padding, dilation, last);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      PoolShape s = shape(sizes(x));
      return List.of(result(s, x), places(s));
    }

    private static TensorType places(PoolShape s) {
      return TensorType.of(DType.I32, Math.toIntExact(s.placeWords()));
    }

    @Override
    public void gradient(Backprop b) {
      contribute(b, b.results().getLast());
    }

    private void contribute(Backprop b, Expr places) {
      List<Integer> size = Pool.size(sizes(b.in(0).type()));
      Op scatter = new MaxGradient(size, kernel, stride, padding, dilation, batchLast);
      b.contribute(0, b.dout().builder().apply(scatter, places, b.dout()));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      PoolShape s = shape(sizes(inputs.getFirst()));
      return s.results() * s.taps();
    }

    @Override
    public Kernel bind(Slices s) {
      return Pooling.max(shape(sizes(s.in(0).type())), s);
    }

    @Override
    public Kernel reference(Slices s) {
      PoolShape shape = shape(sizes(s.in(0).type()));
      return Pooling.referenceMax(shape, s.in(0), s.out(), Optional.of(s.out(1)));
    }
  }

  /**
   * Images of {@code size}: each element of g = ∂L/∂y where its place says, zeros elsewhere. The
   * gradient by g takes from these places again. Keeps the places.
   */
  @OpName("max_pool2d_gradient")
  record MaxGradient(
      List<Integer> size,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements Pool {
    public MaxGradient {
      size = Image.pair("size", size, 1);
      check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public MaxGradient withBatchLast(boolean last) {
      return new MaxGradient(size, kernel, stride, padding, dilation, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(1);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType x = unpooled(inputs.getLast(), size);
      TensorType places = MaxPlaces.places(shape(sizes(x)));
      if (!inputs.getFirst().equals(places)) {
        throw misfit("places " + inputs.getFirst() + " are not " + places);
      }
      return List.of(x);
    }

    @Override
    public void gradient(Backprop b) {
      Op take = new MaxTake(kernel, stride, padding, dilation, batchLast);
      b.contribute(1, b.dout().builder().apply(take, b.in(0), b.dout()));
    }

    @Override
    public Kernel bind(Slices s) {
      return Pooling.maxGradient(shape(sizes(s.out().type())), s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Pooling.referenceMaxGradient(shape(sizes(s.out().type())), s.in(0), s.in(1), s.out());
    }
  }

  /** For each window the element of x at its place; ∂L/∂x goes back there. Keeps the places. */
  @OpName("max_pool2d_take")
  record MaxTake(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements Pool {
    public MaxTake {
      check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public MaxTake withBatchLast(boolean last) {
      return new MaxTake(kernel, stride, padding, dilation, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(1);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType x = inputs.getLast();
      PoolShape s = shape(sizes(x));
      if (!inputs.getFirst().equals(MaxPlaces.places(s))) {
        throw misfit("places " + inputs.getFirst() + " are not " + MaxPlaces.places(s));
      }
      return List.of(result(s, x));
    }

    @Override
    public void gradient(Backprop b) {
      List<Integer> size = Pool.size(sizes(b.in(1).type()));
      Op scatter = new MaxGradient(size, kernel, stride, padding, dilation, batchLast);
      b.contribute(1, b.dout().builder().apply(scatter, b.in(0), b.dout()));
    }

    @Override
    public Kernel reference(Slices s) {
      return Pooling.take(shape(sizes(s.in(1).type())), s.in(0), s.in(1), s.out());
    }
  }

  /**
   * The mean; padding counts as zeros where {@code countPadding}. ∂L/∂x goes to all in equal parts.
   * Keeps nothing.
   */
  @OpName("avg_pool2d")
  record Mean(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      boolean countPadding,
      boolean batchLast)
      implements Pool {
    public Mean {
      check(kernel, stride, padding);
    }

    @Override
    public Mean withBatchLast(boolean last) {
      return new Mean(kernel, stride, padding, countPadding, last);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      return List.of(result(shape(sizes(x)), x));
    }

    @Override
    public void gradient(Backprop b) {
      List<Integer> size = Pool.size(sizes(b.in(0).type()));
      Op spread = new MeanGradient(size, kernel, stride, padding, countPadding, batchLast);
      b.contribute(0, b.dout().builder().apply(spread, b.dout()));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      PoolShape s = shape(sizes(inputs.getFirst()));
      return s.results() * s.taps();
    }

    @Override
    public Kernel bind(Slices s) {
      return Pooling.mean(shape(sizes(s.in(0).type())), countPadding, s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Pooling.referenceMean(shape(sizes(s.in(0).type())), countPadding, s.in(0), s.out());
    }
  }

  /** Each element of g = ∂L/∂y in equal parts to what its mean is of. Keeps nothing. */
  @OpName("avg_pool2d_gradient")
  record MeanGradient(
      List<Integer> size,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      boolean countPadding,
      boolean batchLast)
      implements Pool {
    public MeanGradient {
      size = Image.pair("size", size, 1);
      check(kernel, stride, padding);
    }

    @Override
    public MeanGradient withBatchLast(boolean last) {
      return new MeanGradient(size, kernel, stride, padding, countPadding, last);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      return List.of(unpooled(inputs.getFirst(), size));
    }

    @Override
    public void gradient(Backprop b) {
      Op mean = new Mean(kernel, stride, padding, countPadding, batchLast);
      b.contribute(0, b.dout().builder().apply(mean, b.dout()));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      PoolShape s = shape(sizes(infer(inputs).getFirst()));
      return s.results() * s.taps();
    }

    @Override
    public Kernel bind(Slices s) {
      return Pooling.meanGradient(shape(sizes(s.out().type())), countPadding, s);
    }

    @Override
    public Kernel reference(Slices s) {
      PoolShape shape = shape(sizes(s.out().type()));
      return Pooling.referenceMeanGradient(shape, countPadding, s.in(0), s.out());
    }
  }
}
