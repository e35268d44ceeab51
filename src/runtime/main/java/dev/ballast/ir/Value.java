package dev.ballast.ir;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;

/**
 * A tensor of the graph, sealed by who owns its memory. Every value is defined once; its id is its
 * index in {@link Graph#values()} and is printed as {@code %id}. The id is the hash too: values are
 * keys of many maps, and graphs may have millions of them.
 */
public sealed interface Value {
  int id();

  String name();

  TensorType type();

  /** Written by the caller before each run. */
  record Input(int id, String name, TensorType type) implements Value {
    @Override
    public int hashCode() {
      return id;
    }
  }

  /** A trainable weight: kept between runs, saved with the model, shared by sessions. */
  record Parameter(int id, String name, TensorType type) implements Value {
    @Override
    public int hashCode() {
      return id;
    }
  }

  /** Kept between runs and owned by one session: momenta, counters. Starts as zeros. */
  record State(int id, String name, TensorType type) implements Value {
    @Override
    public int hashCode() {
      return id;
    }
  }

  /** Known when the graph is built. */
  record Constant(int id, String name, Literal literal) implements Value {
    @Override
    public TensorType type() {
      return literal.type();
    }

    @Override
    public int hashCode() {
      return id;
    }
  }

  /** Result {@code port} of the node with index {@code node}. */
  record Result(int id, String name, TensorType type, int node, int port) implements Value {
    @Override
    public int hashCode() {
      return id;
    }
  }

  /** The value as it is printed: {@code %12}. */
  default String label() {
    return "%" + id();
  }
}
