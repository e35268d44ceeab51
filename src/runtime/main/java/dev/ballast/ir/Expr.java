package dev.ballast.ir;

import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;

/** A value together with the builder that it belongs to: what users compose graphs with. */
public record Expr(GraphBuilder builder, Value value) {
  public TensorType type() {
    return value.type();
  }

  public Shape shape() {
    return value.type().shape();
  }

  @Override
  public String toString() {
    return value.label() + ":" + type();
  }
}
