package dev.ballast.scalar;

import dev.ballast.kernel.ScalarOp;
import dev.ballast.tensor.DType;

/**
 * A graph whose nodes are operations on single numbers, as in a lecture on backpropagation, kept as
 * a few flat arrays: thirteen bytes a node and no object, so that ten million nodes fit.
 *
 * <p>Values are numbered: first the inputs, then the nodes in a topological order. An operand below
 * zero is the constant with the index {@code ~operand}. Immutable; made by {@link ScalarBuilder},
 * differentiated by {@link ScalarAutodiff}, and run as a {@link ScalarProgram} within any graph.
 */
public final class ScalarGraph {
  /** The operand of an operation that has fewer. */
  static final int NONE = Integer.MIN_VALUE;

  private static final ScalarOp[] OPS = ScalarOp.values();

  final DType dtype;
  final int inputs;
  final int nodes;
  final byte[] op;
  final int[] a;
  final int[] b;
  final int[] c;
  final double[] constants;
  final int[] outputs;

  /** The arrays may be longer than the graph, and are not copied: whoever made them is done. */
  ScalarGraph(
      DType dtype,
      int inputs,
      int nodes,
      byte[] op,
      int[] a,
      int[] b,
      int[] c,
      double[] constants,
      int[] outputs) {
    this.dtype = dtype;
    this.inputs = inputs;
    this.nodes = nodes;
    this.op = op;
    this.a = a;
    this.b = b;
    this.c = c;
    this.constants = constants;
    this.outputs = outputs;
  }

  /** f32 or f64: what every result is rounded to. */
  public DType dtype() {
    return dtype;
  }

  public int inputs() {
    return inputs;
  }

  public int nodes() {
    return nodes;
  }

  public int outputs() {
    return outputs.length;
  }

  /** Edges between nodes, and from inputs to nodes. */
  public long edges() {
    long edges = 0;
    for (int i = 0; i < nodes; i++) {
      for (int k = 0; k < op(i).arity(); k++) {
        edges += operand(i, k) >= 0 ? 1 : 0;
      }
    }
    return edges;
  }

  /** The operation of node {@code i}, counted from 0. */
  public ScalarOp op(int i) {
    return OPS[op[i]];
  }

  /** Operand {@code k} of node {@code i}: a value's number, or that of a constant, inverted. */
  public int operand(int i, int k) {
    return switch (k) {
      case 0 -> a[i];
      case 1 -> b[i];
      default -> c[i];
    };
  }

  /** The value that is result {@code k}; below zero where it is a constant. */
  public int output(int k) {
    return outputs[k];
  }

  /** The constant that an operand below zero stands for. */
  public double constant(int operand) {
    return constants[~operand];
  }

  /**
   * All values for given inputs, one after the other and each rounded: the plain way, for tests.
   */
  public double[] evaluate(double... inputValues) {
    double[] values = new double[inputs + nodes];
    System.arraycopy(inputValues, 0, values, 0, inputs);
    for (int i = 0; i < nodes; i++) {
      ScalarOp o = op(i);
      double second = o.arity() > 1 ? read(values, b[i]) : 0;
      double third = o.arity() > 2 ? read(values, c[i]) : 0;
      values[inputs + i] = rounded(o.apply(read(values, a[i]), second, third));
    }
    return values;
  }

  /** The results among {@link #evaluate}'s values. */
  public double[] results(double[] values) {
    double[] results = new double[outputs.length];
    for (int k = 0; k < results.length; k++) {
      results[k] = read(values, outputs[k]);
    }
    return results;
  }

  private double read(double[] values, int operand) {
    return operand < 0 ? constants[~operand] : values[operand];
  }

  private double rounded(double d) {
    return dtype == DType.F32 ? (float) d : d;
  }

  @Override
  public String toString() {
    return inputs + " inputs, " + nodes + " " + dtype + " nodes, " + outputs.length + " outputs";
  }
}
