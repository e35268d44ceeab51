package dev.ballast.autodiff;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;

/**
 * One summand of ∂L/∂u = Σ ∂L/∂v · ∂v/∂u: what {@code user} adds to the gradient of its input
 * {@code input}. A user that reads a value twice gives two.
 */
public record Contribution(Node user, int input, Expr term) {
  /** The value u whose gradient receives the term. */
  public Value receiver() {
    return user.inputs().get(input);
  }
}
