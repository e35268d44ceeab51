package dev.ballast.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of a tensor, outermost first, row-major. Every dimension is at least 1; a scalar
 * has rank 0. Axes may be counted from the end: −1 is the last.
 */
public final class Shape {
  public static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /**
   * @throws ShapeException where a dimension is below 1 or the number of elements overflows
   */
  public static Shape of(int... dims) {
    Shape s = new Shape(dims.clone());
    long n = 1;
    for (int d : dims) {
      if (d < 1) {
        throw new ShapeException("shape " + s + ": every dimension must be at least 1");
      }
      if (n > Long.MAX_VALUE / 8 / d) {
        throw new ShapeException("shape " + s + ": too many elements");
      }
      n *= d;
    }
    return s;
  }

  public static Shape of(List<Integer> dims) {
    return of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  public int rank() {
    return dims.length;
  }

  /** The dimension at an axis, counted from the end where negative. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  public int[] dims() {
    return dims.clone();
  }

  public long elements() {
    long n = 1;
    for (int d : dims) {
      n *= d;
    }
    return n;
  }

  /**
   * The axis as an index from 0.
   *
   * @throws ShapeException where the shape has no such axis
   */
  public int axis(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new ShapeException("axis " + axis + " is out of range for shape " + this);
    }
    return a;
  }

  /** The same shape with another dimension at one axis. */
  public Shape withDim(int axis, int size) {
    int[] d = dims.clone();
    d[axis(axis)] = size;
    return of(d);
  }

  /** The dimensions {@code from} (inclusive) to {@code to} (exclusive). */
  public Shape slice(int from, int to) {
    return new Shape(Arrays.copyOfRange(dims, from, to));
  }

  /** These dimensions followed by those of {@code inner}. */
  public Shape append(Shape inner) {
    int[] d = Arrays.copyOf(dims, dims.length + inner.dims.length);
    System.arraycopy(inner.dims, 0, d, dims.length, inner.dims.length);
    return of(d);
  }

  /** Distance in elements between neighbours along each axis, row-major. */
  public long[] strides() {
    long[] s = new long[dims.length];
    long n = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      s[i] = n;
      n *= dims[i];
    }
    return s;
  }

  /** Strides for reading a tensor of this shape as {@code target}: 0 along broadcast axes. */
  public long[] broadcastStrides(Shape target) {
    long[] own = strides();
    long[] s = new long[target.rank()];
    for (int i = 0; i < dims.length; i++) {
      s[target.rank() - dims.length + i] = dims[i] == 1 ? 0 : own[i];
    }
    return s;
  }

  /**
   * The shape two operands have together under NumPy's broadcasting rule.
   *
   * @throws ShapeException where two dimensions differ and neither is 1
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    int[] d = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int da = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      int db = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (da != db && da != 1 && db != 1) {
        throw new ShapeException(
            "shapes " + a + " and " + b + " do not broadcast (" + da + " ≠ " + db + ")");
      }
      d[rank - i] = Math.max(da, db);
    }
    return of(d);
  }

  /** Whether a tensor of this shape can be read as one of shape {@code target}. */
  public boolean broadcastsTo(Shape target) {
    if (rank() > target.rank()) {
      return false;
    }
    for (int i = 1; i <= rank(); i++) {
      int own = dims[rank() - i];
      if (own != 1 && own != target.dims[target.rank() - i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** For example {@code [64x784]}; a scalar is {@code []}. */
  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining("x", "[", "]"));
  }
}
