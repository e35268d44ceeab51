package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A step of gradient descent on a matrix p whose gradient is a product A·B. Operands: p, A, B, the
 * learning rate and, with momentum, the velocity; results: p′ and velocity′, which may lie over p
 * and the velocity.
 */
public final class SgdProduct {
  private SgdProduct() {}

  /** Whether there are tiles for a parameter of this type. */
  public static boolean serves(TensorType p) {
    return p.dtype() == DType.F32 && p.shape().rank() == 2 && Simd.isFilledBy(p.shape().dim(-1));
  }

  /** Bytes of workspace, for a parameter m × n. */
  public static long workspaceBytes(TensorType p) {
    return serves(p)
        ? FinishedProduct.workspaceBytes(new Gemm.Dims(p.shape().dim(-2), p.shape().dim(-1), 1))
        : 0;
  }

  public static Kernel bind(boolean transposeA, Updates.SgdRule rule, Slices s) {
    Gemm.Dims d = dims(transposeA, s);
    boolean vectors = FloatLoops.serves(s.inputs().toArray(Slice[]::new));
    if (!vectors || !serves(s.in(0).type())) {
      return reference(transposeA, rule, s);
    }
    boolean keeps = rule.momentum() != 0;
    var operands =
        new ProductKernel.Operands(
            d,
            transposeA,
            false,
            false,
            s.in(1).memory(),
            s.in(2).memory(),
            s.out().memory(),
            MemorySegment.NULL);
    List<Kernel> kernels = new ArrayList<>();
    copyUnlessOver(s.in(0), s.out(), kernels);
    if (keeps) {
      copyUnlessOver(s.in(4), s.out(1), kernels);
    }
    TileFinish step =
        Updates.sgdLoop(rule).finish(rule, s.out(), s.in(3), keeps ? s.out(1) : s.out());
    kernels.add(
        new FinishedProduct(
            d, operands.left(), operands.right(), step, s.workspace(), s.workers()));
    return kernels.size() == 1 ? kernels.getFirst() : Movement.sequence(kernels);
  }

  private static void copyUnlessOver(Slice from, Slice to, List<Kernel> kernels) {
    if (from.memory().address() != to.memory().address()) {
      kernels.add(Movement.copy(from, to));
    }
  }

  /** Kernels go where they are told to: nothing that does not fit may reach them. */
  private static Gemm.Dims dims(boolean transposeA, Slices s) {
    TensorType p = s.in(0).type();
    TensorType a = s.in(1).type();
    TensorType b = s.in(2).type();
    int m = p.shape().dim(-2);
    int n = p.shape().dim(-1);
    int k = b.shape().dim(-2);
    boolean fits =
        p.shape().rank() == 2
            && a.shape().rank() == 2
            && b.shape().rank() == 2
            && a.shape().dim(transposeA ? -1 : -2) == m
            && a.shape().dim(transposeA ? -2 : -1) == k
            && b.shape().dim(-1) == n
            && s.results().stream().allMatch(r -> r.type().equals(p));
    if (!fits) {
      throw new ShapeException("matmul_sgd: " + a + " · " + b + " is no gradient of " + p);
    }
    return new Gemm.Dims(m, n, k);
  }

  public static Kernel reference(boolean transposeA, Updates.SgdRule rule, Slices s) {
    Gemm.Dims d = dims(transposeA, s);
    long aRow = transposeA ? 1 : d.k();
    long aStep = transposeA ? d.m() : 1;
    return () -> {
      double eta = s.in(3).get(0);
      for (int row = 0; row < d.m(); row++) {
        for (int col = 0; col < d.n(); col++) {
          double gradient = 0;
          for (int k = 0; k < d.k(); k++) {
            gradient += s.in(1).get(row * aRow + k * aStep) * s.in(2).get((long) k * d.n() + col);
          }
          descend(rule, s, (long) row * d.n() + col, gradient, eta);
        }
      }
    };
  }

  private static void descend(
      Updates.SgdRule rule, Slices s, long at, double gradient, double eta) {
    double p = s.in(0).get(at);
    double step = gradient + rule.weightDecay() * p;
    if (rule.momentum() != 0) {
      double velocity = rule.momentum() * s.in(4).get(at) + step;
      s.out(1).set(at, velocity);
      step = rule.nesterov() ? step + rule.momentum() * velocity : velocity;
    }
    s.out().set(at, p - eta * step);
  }
}
