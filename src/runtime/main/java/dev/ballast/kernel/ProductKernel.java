package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The ways to compute one product of f32 matrices; which is fastest depends on its shape. */
public enum ProductKernel {
  /** A call of OpenBLAS, which packs both operands. Serves every product. */
  OPENBLAS {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      return true;
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      boolean rows = o.dims.m() == 1 && o.transposeB && o.dims.n() > RowProducts.SHARE;
      return rows ? new RowProducts(o, workers) : Blas.product(DType.F32, o.adds ? 1 : 0, o);
    }
  },
  /** Register tiles on operands that stay where they are; B's rows must be contiguous. */
  TILES {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      return Simd.isFilledBy(d.n()) && !transposeB;
    }

    @Override
    long workspaceBytes(Gemm.Dims d, boolean adds) {
      return adds ? FinishedProduct.workspaceBytes(d) : 0;
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      if (!o.adds) {
        TileGrid grid = new TileGrid(o.dims);
        return new TiledProduct(grid, o.left(), o.right(), o.c, o.rowBytes(), workers);
      }
      TileFinishes finishes = FloatLoops.loop(TileFinishes.class, AddRows.class);
      TileFinish adding = finishes.adding(o.c);
      return Warmed.of(
          new FinishedProduct(o.dims, o.left(), o.right(), adding, o.workspace, workers),
          AddRows.class,
          n -> {
            TileFinish small = finishes.adding(Warmed.floats(n).memory());
            MemorySegment sums = Warmed.floats(n).memory();
            return () -> small.rows(sums, 0, n);
          });
    }
  },
  /** {@link TransposedProduct}, for A·Bᵀ with many rows in A. */
  TRANSPOSED {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      return Simd.isAvailable() && transposeB && !adds;
    }

    @Override
    long workspaceBytes(Gemm.Dims d, boolean adds) {
      return ((long) d.k() + d.n()) * PANEL * Float.BYTES;
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      return Transposer.warmed(
          new TransposedProduct(o.dims, o.transposeA, o.a, o.b, o.c, o.workspace, workers));
    }
  },
  /** {@link PackingProduct}, for A·Bᵀ with so many rows in A that packing B costs little. */
  PACKING {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      return Simd.isAvailable() && transposeB && !adds && d.m() > PANEL;
    }

    @Override
    long workspaceBytes(Gemm.Dims d, boolean adds) {
      return PackingProduct.workspaceBytes(d);
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      return Transposer.warmed(new PackingProduct(o, workers));
    }
  },
  /** {@link DotProduct}, for few rows of A or a single row of B. */
  DOTS {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      boolean rows = (d.m() == 1 || !transposeA) && (d.n() == 1 || transposeB);
      return Simd.isAvailable() && rows && (d.m() <= DotProduct.MOST_ROWS || d.n() == 1);
    }

    @Override
    long workspaceBytes(Gemm.Dims d, boolean adds) {
      return DotProduct.workspaceBytes(turned(d) ? new Gemm.Dims(1, d.m(), d.k()) : d);
    }

    /** Whether A's many rows meet B's only one. */
    private static boolean turned(Gemm.Dims d) {
      return d.m() > DotProduct.MOST_ROWS;
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      return new DotProduct(turned(o.dims) ? o.turned() : o, workers);
    }
  },
  /**
   * {@link PackedProduct}: B is packed beforehand, so only {@link ProductTable#packs} speaks of it.
   */
  PACKED {
    @Override
    boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
      return false;
    }

    @Override
    long workspaceBytes(Gemm.Dims d, boolean adds) {
      return PackedProduct.workspaceBytes(Panels.of(d), d.m());
    }

    @Override
    Kernel bind(Operands o, Workers workers) {
      Panels panels = Panels.of(o.dims);
      return new PackedProduct(panels, o.dims.m(), o.left(), o.b, o.c, o.workspace, workers);
    }
  };

  /** In the order in which they are tried where nothing was measured. */
  static final List<ProductKernel> BY_RULE = List.of(DOTS, TILES, TRANSPOSED, OPENBLAS);

  /** Rows of A that {@link #TRANSPOSED} turns at a time, a multiple of every machine's lanes. */
  static final int PANEL = 64;

  /** Whether this way is open to a product whose operands are stored so. */
  abstract boolean serves(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds);

  /** Bytes of workspace. */
  long workspaceBytes(Gemm.Dims d, boolean adds) {
    return 0;
  }

  abstract Kernel bind(Operands o, Workers workers);

  /**
   * Where a product's matrices lie.
   *
   * @param adds whether the product is added to what C holds
   */
  record Operands(
      Gemm.Dims dims,
      boolean transposeA,
      boolean transposeB,
      boolean adds,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment workspace) {
    TileGrid.Left left() {
      return transposeA
          ? new TileGrid.Left(a, Float.BYTES, (long) dims.m() * Float.BYTES)
          : new TileGrid.Left(a, (long) dims.k() * Float.BYTES, Float.BYTES);
    }

    TileGrid.Right right() {
      return new TileGrid.Right(b, rowBytes());
    }

    /** The product of the transposes, where B is a single row: C holds the same elements. */
    Operands turned() {
      return new Operands(
          new Gemm.Dims(1, dims.m(), dims.k()), false, true, adds, b, a, c, workspace);
    }

    /** Bytes of a row of C, and of B where that is not transposed. */
    long rowBytes() {
      return (long) dims.n() * Float.BYTES;
    }
  }
}
