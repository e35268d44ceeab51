package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Matrix products C[…,M,N] = A[…,M,K] · B[…,K,N], either side stored transposed, leading dimensions
 * broadcast. In f32 and f64 OpenBLAS computes them, on one thread.
 */
public final class Gemm {
  /** C is m × n, the shared dimension is k. */
  public record Dims(int m, int n, int k) {}

  /** A product's operands: sides, and the distance in elements between an operand's matrices. */
  private record Layout(Dims dims, boolean transposeA, boolean transposeB, Odometer batch) {
    static Layout of(boolean transposeA, boolean transposeB, Slice a, Slice b, Slice c) {
      demandFit(transposeA, transposeB, a, b, c);
      Shape sc = c.type().shape();
      int k = a.type().shape().dim(transposeA ? -2 : -1);
      Shape batch = sc.slice(0, sc.rank() - 2);
      Odometer o =
          new Odometer(
              batch,
              matrixStrides(a.type().shape(), batch),
              matrixStrides(b.type().shape(), batch),
              matrixStrides(sc, batch));
      return new Layout(new Dims(sc.dim(-2), sc.dim(-1), k), transposeA, transposeB, o);
    }

    /** Native code reads what it is told to: nothing that does not fit may reach it. */
    private static void demandFit(
        boolean transposeA, boolean transposeB, Slice a, Slice b, Slice c) {
      Shape sa = a.type().shape();
      Shape sb = b.type().shape();
      Shape sc = c.type().shape();
      boolean matrices = sa.rank() >= 2 && sb.rank() >= 2 && sc.rank() >= 2;
      boolean fits =
          matrices
              && a.dtype() == c.dtype()
              && b.dtype() == c.dtype()
              && sa.dim(transposeA ? -1 : -2) == sc.dim(-2)
              && sb.dim(transposeB ? -2 : -1) == sc.dim(-1)
              && sa.dim(transposeA ? -2 : -1) == sb.dim(transposeB ? -1 : -2)
              && sa.slice(0, sa.rank() - 2).broadcastsTo(sc.slice(0, sc.rank() - 2))
              && sb.slice(0, sb.rank() - 2).broadcastsTo(sc.slice(0, sc.rank() - 2));
      if (!fits) {
        throw new ShapeException(
            "matmul: " + a.type() + " · " + b.type() + " does not give " + c.type());
      }
    }

    private static long[] matrixStrides(Shape s, Shape batch) {
      long[] strides = s.slice(0, s.rank() - 2).broadcastStrides(batch);
      long matrix = (long) s.dim(-2) * s.dim(-1);
      for (int i = 0; i < strides.length; i++) {
        strides[i] *= matrix;
      }
      return strides;
    }
  }

  private Gemm() {}

  /** {@code out} = A·B. */
  public static Kernel matmul(boolean transposeA, boolean transposeB, Slices s) {
    return matmul(false, transposeA, transposeB, s.in(0), s.in(1), s);
  }

  /** Bytes of workspace for a product, or for one that is added to what is there. */
  public static long workspaceBytes(
      DType dtype, Dims d, boolean transposeA, boolean transposeB, boolean adds) {
    return dtype == DType.F32
        ? ProductTable.inUse().choose(d, transposeA, transposeB, adds).workspaceBytes(d, adds)
        : 0;
  }

  /**
   * {@code out} = c + A·B, where {@code out} may lie over c: it is added to what lies there (β =
   * 1).
   */
  public static Kernel matmulAdd(boolean transposeA, boolean transposeB, Slices s) {
    Slice c = s.in(0);
    demandSameType(c, s.out());
    Kernel add = matmul(true, transposeA, transposeB, s.in(1), s.in(2), s);
    boolean over = c.memory().address() == s.out().memory().address();
    return over ? add : Movement.sequence(List.of(Movement.copy(c, s.out()), add));
  }

  private static void demandSameType(Slice c, Slice out) {
    if (!c.type().equals(out.type())) {
      throw new ShapeException("matmul_add: " + c.type() + " is not of the type " + out.type());
    }
  }

  /** Bytes of workspace for a product with a packed right side. */
  public static long packedWorkspaceBytes(DType dtype, Panels panels, int rows) {
    return dtype == DType.F32 && Simd.isAvailable()
        ? PackedProduct.workspaceBytes(panels, rows)
        : 0;
  }

  /** {@code out} = A·B in floats, where the second input is B, packed. */
  public static Kernel matmulPacked(Panels panels, boolean transposeA, Slices s) {
    int rows = s.out().type().shape().dim(0);
    demandFit(panels, rows, s);
    MemorySegment a = s.in(0).memory();
    TileGrid.Left left =
        transposeA
            ? new TileGrid.Left(a, Float.BYTES, (long) rows * Float.BYTES)
            : new TileGrid.Left(a, (long) panels.depth() * Float.BYTES, Float.BYTES);
    MemorySegment b = s.in(1).memory();
    MemorySegment c = s.out().memory();
    return FloatLoops.serves(s.in(0), s.in(1), s.out())
        ? new PackedProduct(panels, rows, left, b, c, s.workspace(), s.workers())
        : panels.plainProduct(left, rows, b, c);
  }

  private static void demandFit(Panels panels, int rows, Slices s) {
    boolean fits =
        s.in(0).elements() == (long) rows * panels.depth()
            && s.in(1).type().shape().equals(panels.shape())
            && s.out().elements() == (long) rows * panels.columns();
    if (!fits) {
      throw new ShapeException(
          "matmul_packed: "
              + s.in(0).type()
              + " · "
              + s.in(1).type()
              + " gives no "
              + s.out().type());
    }
  }

  private static Kernel matmul(
      boolean adds, boolean transposeA, boolean transposeB, Slice a, Slice b, Slices s) {
    Slice c = s.out();
    if (!c.dtype().isFloating()) {
      return referenceMatmul(transposeA, transposeB, Optional.empty(), a, b, c);
    }
    Layout l = Layout.of(transposeA, transposeB, a, b, c);
    ProductKernel way =
        c.dtype() == DType.F32
            ? ProductTable.inUse().choose(l.dims(), transposeA, transposeB, adds)
            : ProductKernel.OPENBLAS;
    float beta = adds ? 1 : 0;
    Odometer o = l.batch();
    int bytes = c.dtype().bytes();
    List<Kernel> products = new ArrayList<>();
    do {
      if (c.dtype() == DType.F32
          && way == ProductKernel.OPENBLAS
          && o.innerLength() > 1
          && fitsInt(o)) {
        products.add(Blas.batch(beta, l.dims(), transposeA, transposeB, a, b, c, o));
        continue;
      }
      for (int i = 0; i < o.innerLength(); i++) {
        var operands =
            new ProductKernel.Operands(
                l.dims(),
                transposeA,
                transposeB,
                adds,
                a.memory().asSlice((o.offset(0) + i * o.innerStride(0)) * bytes),
                b.memory().asSlice((o.offset(1) + i * o.innerStride(1)) * bytes),
                c.memory().asSlice((o.offset(2) + i * o.innerStride(2)) * bytes),
                s.workspace());
        products.add(
            c.dtype() == DType.F32
                ? way.bind(operands, s.workers())
                : Blas.product(DType.F64, beta, operands));
      }
    } while (o.next());
    return products.size() == 1 ? products.getFirst() : Movement.sequence(products);
  }

  private static boolean fitsInt(Odometer o) {
    return Math.max(Math.max(o.innerStride(0), o.innerStride(1)), o.innerStride(2))
        <= Integer.MAX_VALUE;
  }

  public static Kernel referenceMatmul(
      boolean transposeA, boolean transposeB, Slice a, Slice b, Slice c) {
    return referenceMatmul(transposeA, transposeB, Optional.empty(), a, b, c);
  }

  public static Kernel referenceMatmulAdd(
      boolean transposeA, boolean transposeB, Slice c, Slice a, Slice b, Slice out) {
    demandSameType(c, out);
    return referenceMatmul(transposeA, transposeB, Optional.of(c), a, b, out);
  }

  private static Kernel referenceMatmul(
      boolean transposeA, boolean transposeB, Optional<Slice> plus, Slice a, Slice b, Slice c) {
    Layout l = Layout.of(transposeA, transposeB, a, b, c);
    Odometer o = l.batch();
    return () -> {
      o.reset();
      do {
        for (int i = 0; i < o.innerLength(); i++) {
          long a0 = o.offset(0) + i * o.innerStride(0);
          long b0 = o.offset(1) + i * o.innerStride(1);
          long c0 = o.offset(2) + i * o.innerStride(2);
          referenceProduct(l, plus, a, a0, b, b0, c, c0);
        }
      } while (o.next());
    };
  }

  private static void referenceProduct(
      Layout l, Optional<Slice> plus, Slice a, long a0, Slice b, long b0, Slice c, long c0) {
    Dims d = l.dims();
    long aRow = l.transposeA() ? 1 : d.k();
    long aCol = l.transposeA() ? d.m() : 1;
    long bRow = l.transposeB() ? 1 : d.n();
    long bCol = l.transposeB() ? d.k() : 1;
    for (int row = 0; row < d.m(); row++) {
      for (int col = 0; col < d.n(); col++) {
        long at = c0 + (long) row * d.n() + col;
        double sum = plus.isPresent() ? plus.get().get(at) : 0;
        for (int k = 0; k < d.k(); k++) {
          sum += a.get(a0 + row * aRow + k * aCol) * b.get(b0 + k * bRow + col * bCol);
        }
        c.set(at, sum);
      }
    }
  }
}
