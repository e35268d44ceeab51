package dev.ballast.op;

import static dev.ballast.op.Ops.matmul;
import static dev.ballast.op.Ops.sumTo;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Gemm;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** Products over a shared dimension. */
public sealed interface Product extends BuiltIn {

  /**
   * C[…,M,N] = A[…,M,K] · B[…,K,N]. With {@code transposeA} A is stored as […,K,M], with {@code
   * transposeB} B as […,N,K]; no data moves for it. Leading dimensions broadcast.
   *
   * <p>∂L/∂A = ∂L/∂C · Bᵀ, ∂L/∂B = Aᵀ · ∂L/∂C. Keeps both inputs.
   */
  record MatMul(boolean transposeA, boolean transposeB) implements Product {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType a = inputs.getFirst();
      TensorType b = inputs.getLast();
      floating(a);
      if (a.dtype() != b.dtype()) {
        throw misfit("dtypes differ: " + a + " · " + b);
      }
      if (a.shape().rank() < 2 || b.shape().rank() < 2) {
        throw misfit("operands need at least two dimensions: " + a + " · " + b);
      }
      Gemm.Dims d = dims(a, b);
      if (d.k() != b.shape().dim(transposeB ? -1 : -2)) {
        String sides = (transposeA ? "ᵀ" : "") + " · " + b + (transposeB ? "ᵀ" : "");
        int other = b.shape().dim(transposeB ? -1 : -2);
        throw misfit("inner dimensions differ: " + a + sides + " (" + d.k() + " ≠ " + other + ")");
      }
      try {
        Shape batch = Shape.broadcast(batch(a), batch(b));
        return List.of(a.withShape(batch.append(Shape.of(d.m(), d.n()))));
      } catch (ShapeException e) {
        throw misfit("leading dimensions: " + e.getMessage());
      }
    }

    private Gemm.Dims dims(TensorType a, TensorType b) {
      return new Gemm.Dims(
          a.shape().dim(transposeA ? -1 : -2),
          b.shape().dim(transposeB ? -2 : -1),
          a.shape().dim(transposeA ? -2 : -1));
    }

    private static Shape batch(TensorType t) {
      return t.shape().slice(0, t.shape().rank() - 2);
    }

    @Override
    public void gradient(Backprop b) {
      contribute(b, 0, transposeA, transposeB);
    }

    /** The rule for A and B, which are the inputs from {@code first} on. */
    private static void contribute(Backprop b, int first, boolean transposeA, boolean transposeB) {
      Expr x = b.in(first);
      Expr y = b.in(first + 1);
      Expr g = b.dout();
      Expr dx = transposeA ? matmul(y, g, transposeB, true) : matmul(g, y, false, !transposeB);
      Expr dy = transposeB ? matmul(g, x, true, transposeA) : matmul(x, g, !transposeA, false);
      b.contribute(first, sumTo(dx, x.shape()));
      b.contribute(first + 1, sumTo(dy, y.shape()));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      TensorType out = infer(inputs).getFirst();
      return 2 * out.elements() * dims(inputs.getFirst(), inputs.getLast()).k();
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return workspaceBytes(inputs, false);
    }

    private long workspaceBytes(List<TensorType> inputs, boolean adds) {
      TensorType a = inputs.getFirst();
      return Gemm.workspaceBytes(
          a.dtype(), dims(a, inputs.getLast()), transposeA, transposeB, adds);
    }

    @Override
    public Kernel bind(Slices s) {
      return Gemm.matmul(transposeA, transposeB, s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Gemm.referenceMatmul(transposeA, transposeB, s.in(0), s.in(1), s.out());
    }
  }

  /**
   * C + A·B, for C of the product's type; A and B as for {@link MatMul}. Written over C, OpenBLAS
   * adds to what lies there (β = 1). Its last bits may differ from those of a product that is added
   * afterwards: a long shared dimension is summed in blocks, and the first is added to C.
   *
   * <p>∂L/∂C = ∂L/∂out, ∂L/∂A and ∂L/∂B as for the product. Keeps A and B.
   */
  record MatMulAdd(boolean transposeA, boolean transposeB) implements Product {
    private MatMul product() {
      return new MatMul(transposeA, transposeB);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(3, inputs);
      List<TensorType> product;
      try {
        product = product().infer(inputs.subList(1, 3));
      } catch (ShapeException e) {
        throw misfit(e.getMessage());
      }
      if (!product.getFirst().equals(inputs.getFirst())) {
        throw misfit(inputs.getFirst() + " is not of the product's type " + product.getFirst());
      }
      return product;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, b.dout());
      MatMul.contribute(b, 1, transposeA, transposeB);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return product().flops(inputs.subList(1, 3));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0, true));
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return product().workspaceBytes(inputs.subList(1, 3), true);
    }

    @Override
    public Kernel bind(Slices s) {
      return Gemm.matmulAdd(transposeA, transposeB, s);
    }

    @Override
    public Kernel reference(Slices s) {
      return Gemm.referenceMatmulAdd(transposeA, transposeB, s.in(0), s.in(1), s.in(2), s.out());
    }
  }
}
