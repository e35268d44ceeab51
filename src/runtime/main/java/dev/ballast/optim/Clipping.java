package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import java.util.List;

/** Keeps gradients from being too large, before the optimizer sees them. */
public sealed interface Clipping {
  /** The gradients of all trained parameters, clipped, in their order. */
  List<Expr> clipped(List<Expr> gradients);

  /**
   * Scales all gradients by one factor, so that the Euclidean norm of all their elements together
   * is at most {@code most}: min(1, most / (norm + 10⁻⁶)), as torch.nn.utils.clip_grad_norm_. All
   * gradients are kept until the last is there.
   */
  record ByNorm(double most) implements Clipping {
    private static final double EPSILON = 1e-6;

    public ByNorm {
      Range.positive("norm", most);
    }

    @Override
    public List<Expr> clipped(List<Expr> gradients) {
      Expr norm =
          Ops.sqrt(
              gradients.stream()
                  .map(ByNorm::sumOfSquares)
                  .reduce(Ops::add)
                  .orElseThrow(() -> new IllegalArgumentException("no gradient to clip")));
      Expr share = Ops.div(Ops.constant(norm, most), Ops.add(norm, Ops.constant(norm, EPSILON)));
      Expr factor = Ops.min(share, Ops.constant(norm, 1));
      return gradients.stream().map(g -> Ops.mul(g, factor)).toList();
    }

    /** As a product of a row and a column, so that no square is stored. */
    private static Expr sumOfSquares(Expr g) {
      Expr row = Ops.reshape(g, 1, -1);
      return Ops.reshape(Ops.matmul(row, row, false, true), Shape.SCALAR);
    }
  }

  /** Brings each element into [−most, most], as torch.nn.utils.clip_grad_value_. */
  record ByValue(double most) implements Clipping {
    public ByValue {
      Range.positive("value", most);
    }

    @Override
    public List<Expr> clipped(List<Expr> gradients) {
      return gradients.stream()
          .map(g -> Ops.min(Ops.max(g, Ops.constant(g, -most)), Ops.constant(g, most)))
          .toList();
    }
  }
}
