package dev.ballast.kernel;

import dev.ballast.tensor.Shape;

/** Reads and writes at places that a tensor of indices names. */
public final class Indexing {
  private Indexing() {}

  /** {@code out[…i, k…, …j] = x[…i, indices[k…], …j]} along one axis of {@code x}. */
  public static Kernel gather(int axis, Slice x, Slice indices, Slice out) {
    Shape s = x.type().shape();
    int n = s.dim(axis);
    long inner = s.strides()[axis];
    long outer = x.elements() / n / inner;
    long count = indices.elements();
    return () -> {
      for (long o = 0; o < outer; o++) {
        for (long k = 0; k < count; k++) {
          long from = (o * n + index("gather", indices, k, n)) * inner;
          long to = (o * count + k) * inner;
          for (long j = 0; j < inner; j++) {
            copy(x, from + j, out, to + j);
          }
        }
      }
    };
  }

  /** The transpose of {@link #gather}: {@code out} is zero but for what {@code updates} add. */
  public static Kernel scatterAdd(int axis, Slice updates, Slice indices, Slice out) {
    Shape s = out.type().shape();
    int n = s.dim(axis);
    long inner = s.strides()[axis];
    long outer = out.elements() / n / inner;
    long count = indices.elements();
    return () -> {
      out.memory().fill((byte) 0);
      for (long o = 0; o < outer; o++) {
        for (long k = 0; k < count; k++) {
          long to = (o * n + index("scatter_add", indices, k, n)) * inner;
          long from = (o * count + k) * inner;
          for (long j = 0; j < inner; j++) {
            out.set(to + j, out.get(to + j) + updates.get(from + j));
          }
        }
      }
    };
  }

  /** {@code out[k…, c] = 1 where c = indices[k…], else 0}. */
  public static Kernel oneHot(Slice indices, Slice out) {
    int classes = out.type().shape().dim(-1);
    return () -> {
      out.memory().fill((byte) 0);
      for (long k = 0; k < indices.elements(); k++) {
        out.set(k * classes + index("one_hot", indices, k, classes), 1);
      }
    };
  }

  private static long index(String op, Slice indices, long k, int n) {
    long i = indices.getLong(k);
    if (i < 0 || i >= n) {
      throw new IndexOutOfBoundsException(
          op + ": index " + i + " at position " + k + " is not in [0, " + n + ")");
    }
    return i;
  }

  private static void copy(Slice from, long f, Slice to, long t) {
    if (from.dtype().isFloating()) {
      to.set(t, from.get(f));
    } else {
      to.setLong(t, from.getLong(f));
    }
  }
}
