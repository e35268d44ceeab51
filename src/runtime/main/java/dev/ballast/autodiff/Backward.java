package dev.ballast.autodiff;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A backward pass that was watched.
 *
 * @param gradients ∂L/∂v for every value that the pass reached
 * @param contributions the terms these are sums of, in the order in which they came
 */
public record Backward(Map<Value, Expr> gradients, List<Contribution> contributions) {
  public Backward {
    gradients = Map.copyOf(gradients);
    contributions = List.copyOf(contributions);
  }

  /** ∂L/∂x, where L depends on x. */
  public Optional<Expr> reached(Expr x) {
    return Optional.ofNullable(gradients.get(x.value()));
  }

  /** ∂L/∂x, of x's type; zeros where L does not depend on it. */
  public Expr gradient(Expr x) {
    return reached(x).orElseGet(() -> zeros(x));
  }

  static Expr zeros(Expr like) {
    return like.builder()
        .during(Phase.BACKWARD, () -> Ops.broadcastTo(Ops.constant(like, 0), like.shape()));
  }
}
