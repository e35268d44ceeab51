package dev.ballast.nn;

import dev.ballast.ir.Expr;

/** A function that emits ops, and creates the parameters that it needs. Immutable. */
@FunctionalInterface
public interface Layer {
  /** Emits the layer on {@code x}, of shape [B, …], and returns its result. */
  Expr apply(LayerScope scope, Expr x);
}
