package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.PoolShape;
import dev.ballast.kernel.Pooling;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** The mean of what lies under a window, and its gradient. */
public sealed interface MeanPool extends Pool {
  /**
   * The mean; padding counts as zeros where {@code countPadding}. ∂L/∂x goes to all in equal parts.
   * Keeps nothing.
   */
  record Mean(
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      boolean countPadding,
      boolean batchLast)
      implements MeanPool {
    public Mean {
      Pool.check(kernel, stride, padding);
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
      Op spread = new Gradient(size, kernel, stride, padding, countPadding, batchLast);
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
  record Gradient(
      List<Integer> size,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      boolean countPadding,
      boolean batchLast)
      implements MeanPool {
    public Gradient {
      size = Image.pair("size", size, 1);
      Pool.check(kernel, stride, padding);
    }

    @Override
    public Gradient withBatchLast(boolean last) {
      return new Gradient(size, kernel, stride, padding, countPadding, last);
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
