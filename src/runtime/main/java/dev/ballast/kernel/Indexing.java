package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** Reads and writes at places that a tensor of indices names. */
public final class Indexing {
  private Indexing() {}

  /** {@code out[…i, k…, …j] = x[…i, indices[k…], …j]} along one axis of {@code x}. */
  public static Kernel gather(int axis, Slice x, Slice indices, Slice out) {
    Shape s = x.type().shape();
    int n = s.dim(axis);
    int bytes = x.dtype().bytes();
    long line = s.strides()[s.axis(axis)] * bytes;
    long outer = x.memory().byteSize() / n / line;
    long count = indices.elements();
    MemorySegment source = x.memory();
    MemorySegment target = out.memory();
    return () -> {
      for (long o = 0; o < outer; o++) {
        for (long k = 0; k < count; k++) {
          long from = (o * n + index("gather", indices, k, n)) * line;
          long to = (o * count + k) * line;
          if (line == Integer.BYTES) {
            target.set(JAVA_INT_UNALIGNED, to, source.get(JAVA_INT_UNALIGNED, from));
          } else if (line == Long.BYTES) {
            target.set(JAVA_LONG_UNALIGNED, to, source.get(JAVA_LONG_UNALIGNED, from));
          } else {
            MemorySegment.copy(source, from, target, to, line);
          }
        }
      }
    };
  }

  /** The transpose of {@link #gather}: {@code out} is zero but for what {@code updates} add. */
  public static Kernel scatterAdd(int axis, Slice updates, Slice indices, Slice out) {
    Shape s = out.type().shape();
    int n = s.dim(axis);
    long inner = s.strides()[s.axis(axis)];
    long outer = out.elements() / n / inner;
    long count = indices.elements();
    boolean floats = updates.dtype() == DType.F32 && out.dtype() == DType.F32;
    return () -> {
      out.memory().fill((byte) 0);
      for (long o = 0; o < outer; o++) {
        for (long k = 0; k < count; k++) {
          long to = (o * n + index("scatter_add", indices, k, n)) * inner;
          long from = (o * count + k) * inner;
          if (floats) {
            addFloats(updates.memory(), from, out.memory(), to, inner);
          } else {
            add(updates, from, out, to, inner);
          }
        }
      }
    };
  }

  private static void addFloats(
      MemorySegment updates, long from, MemorySegment out, long to, long n) {
    for (long j = 0; j < n; j++) {
      float sum =
          out.getAtIndex(JAVA_FLOAT_UNALIGNED, to + j)
              + updates.getAtIndex(JAVA_FLOAT_UNALIGNED, from + j);
      out.setAtIndex(JAVA_FLOAT_UNALIGNED, to + j, sum);
    }
  }

  private static void add(Slice updates, long from, Slice out, long to, long n) {
    boolean floating = out.dtype().isFloating();
    for (long j = 0; j < n; j++) {
      if (floating) {
        out.set(to + j, out.get(to + j) + updates.get(from + j));
      } else {
        out.setLong(to + j, out.getLong(to + j) + updates.getLong(from + j));
      }
    }
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
}
