package dev.ballast.ir;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;

/**
 * A tensor of the graph, sealed by who owns its memory. Every value is defined once; its id is its
 * index in {@link Graph#values()} and is printed as {@code %id}.
 */
public sealed interface Value {
  int id();

  String name();

  TensorType type();

  /** Written by the caller before each run. */
  record Input(int id, String name, TensorType type) implements Value {}

  /** A trainable weight: kept between runs, saved with the model, shared by sessions. */
  record Parameter(int id, String name, TensorType type) implements Value {}

  /** Kept between runs and owned by one session: momenta, counters. Starts as zeros. */
  record State(int id, String name, TensorType type) implements Value {}

  /** Known when the graph is built. */
  record Constant(int id, String name, Literal literal) implements Value {
    @Override
    public TensorType type() {
      return literal.type();
    }
  }

  /** Result {@code port} of the node with index {@code node}. */
  record Result(int id, String name, TensorType type, int node, int port) implements Value {}

  /** The value as it is printed: {@code %12}. */
  default String label() {
    return "%" + id();
  }
}
