package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Channels;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * What normalizes images channel by channel: moments of each channel, and a scale and shift for
 * each. Numbers for a channel are tensors [C], so what is done to them between costs nothing.
 */
public sealed interface Channel extends Image {
  /** The channels of images of this type. */
  default Channels channels(TensorType x) {
    Sizes s = sizes(x);
    long places = (long) s.height() * s.width();
    return batchLast()
        ? new Channels(s.channels(), 1, places * s.batch())
        : new Channels(s.channels(), s.batch(), places);
  }

  /** The type of a number for each channel. */
  private static TensorType each(TensorType x, Channels c) {
    return x.withShape(Shape.of(c.channels()));
  }

  /** Demands a number for each channel of x. */
  private static void demandEach(Channel op, TensorType x, TensorType numbers) {
    if (!numbers.equals(each(x, op.channels(x)))) {
      throw op.misfit(numbers + " does not hold a number for each channel of " + x);
    }
  }

  @Override
  default List<Integer> imageInputs() {
    return List.of(0);
  }

  /**
   * mean[C] of x and variance[C], the mean square of the distance from it. With n elements a
   * channel, ∂L/∂x = x · 2/n ∂L/∂variance + (∂L/∂mean − 2 mean ∂L/∂variance) / n. Keeps x and the
   * mean.
   */
  record Moments(boolean batchLast) implements Channel {
    @Override
    public Moments withBatchLast(boolean last) {
      return new Moments(last);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of();
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType each = each(inputs.getFirst(), channels(inputs.getFirst()));
      return List.of(each, each);
    }

    @Override
    public void gradient(Backprop b) {
      Expr dMean = b.douts().getFirst();
      Expr dVariance = b.douts().getLast();
      double n = channels(b.in(0).type()).count();
      Expr slope = Ops.mul(dVariance, Ops.constant(dVariance, 2 / n));
      Expr level = Ops.mul(dMean, Ops.constant(dMean, 1 / n));
      Expr shift = Ops.sub(level, Ops.mul(slope, b.out()));
      b.contribute(0, dMean.builder().apply(new Affine(batchLast), b.in(0), slope, shift));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 4 * inputs.getFirst().elements();
    }

    @Override
    public Kernel bind(Slices s) {
      return channels(s.in(0).type()).moments(s.in(0), s.out(), s.out(1), s.workers());
    }

    @Override
    public Kernel reference(Slices s) {
      return channels(s.in(0).type()).referenceMoments(s.in(0), s.out(), s.out(1));
    }
  }

  /**
   * y = x · scale[C], and + shift[C] where a third input is given. ∂L/∂x = ∂L/∂y · scale, ∂L/∂scale
   * = Σ ∂L/∂y · x, ∂L/∂shift = Σ ∂L/∂y. Keeps x and the scale.
   */
  record Affine(boolean batchLast) implements Channel {
    @Override
    public Affine withBatchLast(boolean last) {
      return new Affine(last);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of(0);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      if (inputs.size() != 3) {
        arity(2, inputs);
      }
      for (TensorType t : inputs.subList(1, inputs.size())) {
        demandEach(this, inputs.getFirst(), t);
      }
      return List.of(inputs.getFirst());
    }

    @Override
    public void gradient(Backprop b) {
      var g = b.dout().builder();
      b.contribute(0, g.apply(this, b.dout(), b.in(1)));
      List<Expr> sums = g.applyAll(new Products(batchLast), List.of(b.dout(), b.in(0)));
      b.contribute(1, sums.getFirst());
      if (b.inputs() == 3) {
        b.contribute(2, sums.getLast());
      }
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 2 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public Kernel bind(Slices s) {
      return channels(s.in(0).type()).affine(s.in(0), s.in(1), shift(s), s.out(), s.workers());
    }

    @Override
    public Kernel reference(Slices s) {
      return channels(s.in(0).type()).referenceAffine(s.in(0), s.in(1), shift(s), s.out());
    }

    private static Optional<Slice> shift(Slices s) {
      return s.inputs().size() == 3 ? Optional.of(s.in(2)) : Optional.empty();
    }
  }

  /**
   * Σ g · x and Σ g over each channel. With u and v the gradients by them, ∂L/∂g = x · u + v and
   * ∂L/∂x = g · u. Keeps both inputs.
   */
  record Products(boolean batchLast) implements Channel {
    @Override
    public Products withBatchLast(boolean last) {
      return new Products(last);
    }

    @Override
    public List<Integer> imageInputs() {
      return List.of(0, 1);
    }

    @Override
    public List<Integer> imageResults() {
      return List.of();
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType each = each(inputs.getFirst(), channels(inputs.getFirst()));
      if (!inputs.getLast().equals(inputs.getFirst())) {
        throw misfit("types differ: " + inputs.getFirst() + " and " + inputs.getLast());
      }
      return List.of(each, each);
    }

    @Override
    public void gradient(Backprop b) {
      Expr u = b.douts().getFirst();
      Expr v = b.douts().getLast();
      b.contribute(0, u.builder().apply(new Affine(batchLast), b.in(1), u, v));
      b.contribute(1, u.builder().apply(new Affine(batchLast), b.in(0), u));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 3 * inputs.getFirst().elements();
    }

    @Override
    public Kernel bind(Slices s) {
      return channels(s.in(0).type()).products(s.in(0), s.in(1), s.out(), s.out(1), s.workers());
    }

    @Override
    public Kernel reference(Slices s) {
      return channels(s.in(0).type()).referenceProducts(s.in(0), s.in(1), s.out(), s.out(1));
    }
  }
}
