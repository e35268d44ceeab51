package dev.ballast.op;

import static dev.ballast.op.Ops.cast;
import static dev.ballast.op.Ops.pad;
import static dev.ballast.op.Ops.reshape;
import static dev.ballast.op.Ops.slice;
import static dev.ballast.op.Ops.sumTo;
import static dev.ballast.op.Ops.transpose;

import dev.ballast.ir.Backprop;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Movement;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Ops that move elements without changing them. They compute nothing and keep nothing alive. */
public sealed interface Move extends BuiltIn {
  @Override
  default long flops(List<TensorType> inputs) {
    return 0;
  }

  /** Whether places along the axis lie side by side: no axis further out has more than one. */
  private static boolean liesInOnePiece(TensorType x, int axis) {
    return x.shape().slice(0, axis).elements() == 1;
  }

  /** The bytes of one place along the axis. */
  private static long pieceBytes(TensorType x, int axis) {
    return x.shape().strides()[axis] * x.dtype().bytes();
  }

  /**
   * The same elements under another shape, always a view. One dimension may be −1: what is left, so
   * that a graph can be planned again for another batch size.
   */
  record Reshape(List<Integer> dims) implements Move {
    public Reshape {
      dims = List.copyOf(dims);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      long known = 1;
      int open = -1;
      for (int i = 0; i < dims.size(); i++) {
        if (dims.get(i) == -1 && open == -1) {
          open = i;
        } else if (dims.get(i) < 1) {
          throw misfit("dimensions " + dims + ": at least 1 each, one may be −1");
        } else {
          boolean tooMany = known > x.elements() / dims.get(i);
          known = tooMany ? Long.MAX_VALUE : known * dims.get(i);
        }
      }
      boolean fits = open == -1 ? known == x.elements() : x.elements() % known == 0;
      if (!fits) {
        throw misfit(x + " has " + x.elements() + " elements, which do not fill " + dims);
      }
      List<Integer> d = new ArrayList<>(dims);
      if (open >= 0) {
        d.set(open, Math.toIntExact(x.elements() / known));
      }
      return List.of(x.withShape(Shape.of(d)));
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, reshape(b.dout(), b.in(0).shape()));
    }

    @Override
    public Optional<View> view(List<TensorType> inputs) {
      return Optional.of(new View(0, 0));
    }

    @Override
    public Kernel reference(Slices s) {
      return () -> s.out().memory().copyFrom(s.in(0).memory());
    }
  }

  /** Axis i of the result is axis {@code permutation[i]} of the input. */
  record Transpose(List<Integer> permutation) implements Move {
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      boolean isPermutation =
          permutation.size() == x.shape().rank()
              && permutation.stream().distinct().count() == permutation.size()
              && permutation.stream().allMatch(a -> a >= 0 && a < permutation.size());
      if (!isPermutation) {
        throw misfit(permutation + " is no permutation of the axes of " + x);
      }
      return List.of(x.withShape(Shape.of(permutation.stream().map(x.shape()::dim).toList())));
    }

    @Override
    public void gradient(Backprop b) {
      Integer[] inverse = new Integer[permutation.size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[permutation.get(i)] = i;
      }
      b.contribute(0, transpose(b.dout(), List.of(inverse)));
    }

    /** A view where only axes of one place change theirs. */
    @Override
    public Optional<View> view(List<TensorType> inputs) {
      Shape s = inputs.getFirst().shape();
      int[] moving = permutation.stream().mapToInt(i -> i).filter(a -> s.dim(a) > 1).toArray();
      boolean ascending =
          IntStream.range(1, moving.length).allMatch(i -> moving[i - 1] < moving[i]);
      return ascending ? Optional.of(new View(0, 0)) : Optional.empty();
    }

    @Override
    public Kernel reference(Slices s) {
      long[] own = s.in(0).type().shape().strides();
      long[] from = permutation.stream().mapToLong(a -> own[a]).toArray();
      Shape space = s.out().type().shape();
      return Movement.strided(space, s.in(0), 0, from, s.out(), 0, space.strides());
    }
  }

  /** The input read as a larger shape, written out in full. */
  record BroadcastTo(List<Integer> dims) implements Move {
    public BroadcastTo {
      dims = List.copyOf(dims);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      if (!x.shape().broadcastsTo(Shape.of(dims))) {
        throw misfit(x + " does not broadcast to " + Shape.of(dims));
      }
      return List.of(x.withShape(Shape.of(dims)));
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, sumTo(b.dout(), b.in(0).shape()));
    }

    /** A view where nothing is repeated. */
    @Override
    public Optional<View> view(List<TensorType> inputs) {
      boolean same = inputs.getFirst().elements() == Shape.of(dims).elements();
      return same ? Optional.of(new View(0, 0)) : Optional.empty();
    }

    @Override
    public Kernel reference(Slices s) {
      Shape space = s.out().type().shape();
      long[] from = s.in(0).type().shape().broadcastStrides(space);
      return Movement.strided(space, s.in(0), 0, from, s.out(), 0, space.strides());
    }
  }

  /** The places {@code from} (inclusive) to {@code to} (exclusive) along one axis. */
  record Slice(int axis, int from, int to) implements Move {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      if (axis < 0 || axis >= x.shape().rank()) {
        throw misfit("axis " + axis + " does not fit " + x);
      }
      if (from < 0 || to <= from || to > x.shape().dim(axis)) {
        throw misfit("[" + from + ", " + to + ") is not within axis " + axis + " of " + x);
      }
      return List.of(x.withShape(x.shape().withDim(axis, to - from)));
    }

    @Override
    public void gradient(Backprop b) {
      int size = b.in(0).shape().dim(axis);
      b.contribute(0, pad(b.dout(), axis, from, size - to));
    }

    /** A view where the places lie side by side: no axis further out has more than one. */
    @Override
    public Optional<View> view(List<TensorType> inputs) {
      TensorType x = inputs.getFirst();
      return liesInOnePiece(x, axis)
          ? Optional.of(new View(0, from * pieceBytes(x, axis)))
          : Optional.empty();
    }

    @Override
    public Kernel reference(Slices s) {
      long[] strides = s.in(0).type().shape().strides();
      Shape space = s.out().type().shape();
      return Movement.strided(
          space, s.in(0), from * strides[axis], strides, s.out(), 0, space.strides());
    }
  }

  /** Zeros before and after, along one axis. */
  record Pad(int axis, int before, int after) implements Move {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      if (axis < 0 || axis >= x.shape().rank() || before < 0 || after < 0) {
        throw misfit("axis " + axis + ", " + before + " + " + after + " zeros, does not fit " + x);
      }
      long total = (long) before + x.shape().dim(axis) + after;
      if (total > Integer.MAX_VALUE) {
        throw misfit(total + " places along axis " + axis + " are too many");
      }
      int size = (int) total;
      return List.of(x.withShape(x.shape().withDim(axis, size)));
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, slice(b.dout(), axis, before, before + b.in(0).shape().dim(axis)));
    }

    @Override
    public List<Part> parts(List<TensorType> inputs) {
      return liesInOnePiece(inputs.getFirst(), axis)
          ? List.of(new Part(0, before * pieceBytes(inputs.getFirst(), axis)))
          : List.of();
    }

    @Override
    public Kernel reference(Slices s) {
      Shape space = s.in(0).type().shape();
      long[] to = s.out().type().shape().strides();
      if (liesInOnePiece(s.in(0).type(), axis)) {
        long from = before * pieceBytes(s.in(0).type(), axis);
        return Movement.padded(s.in(0), s.out(), from);
      }
      Kernel copy =
          Movement.strided(space, s.in(0), 0, space.strides(), s.out(), before * to[axis], to);
      return () -> {
        s.out().memory().fill((byte) 0);
        copy.run();
      };
    }
  }

  /** The inputs one after the other along an axis. */
  record Concat(int axis) implements Move {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      if (inputs.isEmpty()) {
        throw misfit("needs at least one input");
      }
      TensorType first = inputs.getFirst();
      int size = 0;
      for (TensorType t : inputs) {
        boolean fits =
            t.dtype() == first.dtype()
                && t.shape().rank() == first.shape().rank()
                && axis >= 0
                && axis < t.shape().rank()
                && t.shape().withDim(axis, 1).equals(first.shape().withDim(axis, 1));
        if (!fits) {
          throw misfit(first + " and " + t + " do not line up along axis " + axis);
        }
        size += t.shape().dim(axis);
      }
      return List.of(first.withShape(first.shape().withDim(axis, size)));
    }

    @Override
    public void gradient(Backprop b) {
      int from = 0;
      for (int i = 0; i < b.inputs(); i++) {
        int size = b.in(i).shape().dim(axis);
        b.contribute(i, slice(b.dout(), axis, from, from + size));
        from += size;
      }
    }

    @Override
    public List<Part> parts(List<TensorType> inputs) {
      List<Part> parts = new ArrayList<>();
      long from = 0;
      for (int i = 0; i < inputs.size() && liesInOnePiece(inputs.get(i), axis); i++) {
        parts.add(new Part(i, from * pieceBytes(inputs.get(i), axis)));
        from += inputs.get(i).shape().dim(axis);
      }
      return parts;
    }

    @Override
    public Kernel reference(Slices s) {
      long[] to = s.out().type().shape().strides();
      List<Kernel> copies = new ArrayList<>();
      long from = 0;
      for (var in : s.inputs()) {
        Shape space = in.type().shape();
        boolean isThere =
            in.memory().address()
                == s.out().memory().address() + from * to[axis] * in.dtype().bytes();
        if (!(isThere && liesInOnePiece(in.type(), axis))) {
          copies.add(Movement.strided(space, in, 0, space.strides(), s.out(), from * to[axis], to));
        }
        from += space.dim(axis);
      }
      return Movement.sequence(copies);
    }
  }

  /** The same numbers in another dtype; floating to integer truncates toward zero. */
  record Cast(DType to) implements Move {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      return List.of(inputs.getFirst().withDType(to));
    }

    @Override
    public void gradient(Backprop b) {
      if (b.in(0).type().dtype().isFloating()) {
        b.contribute(0, cast(b.dout(), b.in(0).type().dtype()));
      }
    }

    @Override
    public Optional<View> view(List<TensorType> inputs) {
      return inputs.getFirst().dtype() == to ? Optional.of(new View(0, 0)) : Optional.empty();
    }

    @Override
    public Kernel reference(Slices s) {
      return Elementwise.cast(s.in(0), s.out());
    }
  }
}
