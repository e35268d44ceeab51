package dev.ballast.op;

import static dev.ballast.op.Ops.matmul;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Gemm;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Panels;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** A product whose right side is packed beforehand: worth it where it serves many products. */
public sealed interface Packed extends BuiltIn {

  /**
   * B[K,N] in panels of {@code width} columns, see {@link Panels}. With {@code transpose} B is
   * stored as [N,K].
   *
   * <p>∂L/∂B is ∂L/∂panels, unpacked. Keeps nothing.
   */
  record PackColumns(boolean transpose, int width) implements Packed {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType b = inputs.getFirst();
      floating(b);
      if (b.shape().rank() != 2 || width < 1) {
        throw misfit("panels of " + width + " columns hold a matrix, not " + b);
      }
      return List.of(b.withShape(panels(b).shape()));
    }

    private Panels panels(TensorType b) {
      return new Panels(b.shape().dim(transpose ? 0 : 1), b.shape().dim(transpose ? 1 : 0), width);
    }

    @Override
    public void gradient(Backprop b) {
      Expr unpacked = unpacked(b.dout(), b.in(0).shape().dim(transpose ? 0 : 1));
      b.contribute(0, transpose ? Ops.transpose(unpacked) : unpacked);
    }

    /** B[K,N] of its panels. */
    private static Expr unpacked(Expr panels, int columns) {
      int depth = panels.shape().dim(1);
      Expr rows = Ops.reshape(Ops.transpose(panels, List.of(1, 0, 2)), depth, -1);
      return Ops.slice(rows, 1, 0, columns);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 0;
    }

    @Override
    public Kernel bind(Slices s) {
      return s.out().dtype() == DType.F32
          ? panels(s.in(0).type()).pack(transpose, s.in(0), s.out())
          : reference(s);
    }

    @Override
    public Kernel reference(Slices s) {
      return panels(s.in(0).type()).referencePack(transpose, s.in(0), s.out());
    }
  }

  /**
   * C[M,N] = A[M,K] · B[K,N], where B is what {@link PackColumns} makes of it and N is {@code
   * columns}. With {@code transposeA} A is stored as [K,M].
   *
   * <p>∂L/∂A = ∂L/∂C · Bᵀ, ∂L/∂B = Aᵀ · ∂L/∂C, packed. Keeps both inputs.
   */
  record MatMulPacked(boolean transposeA, int columns) implements Packed {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType a = inputs.getFirst();
      TensorType b = inputs.getLast();
      floating(a);
      if (a.dtype() != b.dtype()) {
        throw misfit("dtypes differ: " + a + " · " + b);
      }
      if (a.shape().rank() != 2 || b.shape().rank() != 3) {
        throw misfit("takes a matrix and panels, not " + a + " · " + b);
      }
      boolean fits =
          columns > 0
              && b.shape().dim(1) == a.shape().dim(transposeA ? 0 : 1)
              && b.shape().dim(0) == Math.ceilDiv(columns, b.shape().dim(2));
      if (!fits) {
        throw misfit(b + " are not the panels of " + columns + " columns that fit " + a);
      }
      return List.of(TensorType.of(a.dtype(), a.shape().dim(transposeA ? 1 : 0), columns));
    }

    private Panels panels(TensorType b) {
      return new Panels(columns, b.shape().dim(1), b.shape().dim(2));
    }

    @Override
    public void gradient(Backprop b) {
      Expr x = b.in(0);
      Expr panels = b.in(1);
      Expr g = b.dout();
      Expr y = PackColumns.unpacked(panels, columns);
      b.contribute(0, transposeA ? matmul(y, g, false, true) : matmul(g, y, false, true));
      Expr dy = matmul(x, g, !transposeA, false);
      b.contribute(1, g.builder().apply(new PackColumns(false, panels.shape().dim(2)), dy));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 2 * infer(inputs).getFirst().elements() * inputs.getLast().shape().dim(1);
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      TensorType c = infer(inputs).getFirst();
      return Gemm.packedWorkspaceBytes(c.dtype(), panels(inputs.getLast()), c.shape().dim(0));
    }

    @Override
    public Kernel bind(Slices s) {
      return s.out().dtype() == DType.F32
          ? Gemm.matmulPacked(panels(s.in(1).type()), transposeA, s)
          : reference(s);
    }

    @Override
    public Kernel reference(Slices s) {
      return panels(s.in(1).type()).referenceProduct(transposeA, s.in(0), s.in(1), s.out());
    }
  }
}
