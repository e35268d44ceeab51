package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.PoolShape;
import dev.ballast.kernel.Pooling;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** The largest under a window, where it is found, and the way back there. */
public sealed interface MaxPool extends Pool {
  /**
   * The largest; of equals the first, row by row. ∂L/∂x goes to the largest alone. Keeps x, whose
   * largest are found again; {@link Places} keeps their places instead.
   */
  record Largest(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements MaxPool {
    public Largest {
      Pool.check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public Largest withBatchLast(boolean last) {
      return new Largest(kernel, stride, padding, dilation, last);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      return List.of(result(shape(sizes(x)), x));
    }

    @Override
    public void gradient(Backprop b) {
      Places places = new Places(kernel, stride, padding, dilation, batchLast);
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
  record Places(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements MaxPool {
    public Places {
      Pool.check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public Places withBatchLast(boolean last) {
      return new Places(kernel, stride, padding, dilation, last);
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
      Op scatter = new Gradient(size, kernel, stride, padding, dilation, batchLast);
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
  record Gradient(
      List<Integer> size,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements MaxPool {
    public Gradient {
      size = Image.pair("size", size, 1);
      Pool.check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public Gradient withBatchLast(boolean last) {
      return new Gradient(size, kernel, stride, padding, dilation, last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(1);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType x = unpooled(inputs.getLast(), size);
      TensorType places = Places.places(shape(sizes(x)));
      if (!inputs.getFirst().equals(places)) {
        throw misfit("places " + inputs.getFirst() + " are not " + places);
      }
      return List.of(x);
    }

    @Override
    public void gradient(Backprop b) {
      Op take = new Take(kernel, stride, padding, dilation, batchLast);
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
  record Take(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      List<Integer> dilation,
      boolean batchLast)
      implements MaxPool {
    public Take {
      Pool.check(kernel, stride, padding);
      Image.pair("dilation", dilation, 1);
    }

    @Override
    public Take withBatchLast(boolean last) {
      return new Take(kernel, stride, padding, dilation, last);
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
      if (!inputs.getFirst().equals(Places.places(s))) {
        throw misfit("places " + inputs.getFirst() + " are not " + Places.places(s));
      }
      return List.of(result(s, x));
    }

    @Override
    public void gradient(Backprop b) {
      List<Integer> size = Pool.size(sizes(b.in(1).type()));
      Op scatter = new Gradient(size, kernel, stride, padding, dilation, batchLast);
      b.contribute(1, b.dout().builder().apply(scatter, b.in(0), b.dout()));
    }

    @Override
    public Kernel reference(Slices s) {
      return Pooling.take(shape(sizes(s.in(1).type())), s.in(0), s.in(1), s.out());
    }
  }
}
