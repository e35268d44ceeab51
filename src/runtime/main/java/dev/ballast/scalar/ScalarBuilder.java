package dev.ballast.scalar;

import dev.ballast.kernel.BinaryFunction;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.kernel.UnaryFunction;
import dev.ballast.tensor.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects a {@link ScalarGraph}, value by value. Operations on constants are computed at once, and
 * x · 1, x / 1, x − 0 and x + −0 are x: what changes no bit.
 *
 * <pre>{@code
 * ScalarBuilder b = new ScalarBuilder(DType.F64);
 * int x = b.input();
 * int y = b.input();
 * ScalarGraph f = b.build(b.mul(b.add(x, y), b.apply(ScalarOp.SIGMOID, x)));
 * ScalarGraph df = ScalarAutodiff.valueAndGradient(f);
 * }</pre>
 */
public final class ScalarBuilder {
  private static final int MOST = 1 << 30;

  private final DType dtype;
  private final Map<Long, Integer> constantIds = new HashMap<>();
  private double[] constants = new double[16];
  private int inputs;
  private int nodes;
  private byte[] op;
  private int[] a;
  private int[] b;
  private int[] c;

  public ScalarBuilder(DType dtype) {
    this(dtype, 1024);
  }

  /**
   * @param expectedNodes room to begin with; it grows where that is too little
   */
  public ScalarBuilder(DType dtype, int expectedNodes) {
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException("scalar programs are f32 or f64, not " + dtype);
    }
    this.dtype = dtype;
    int room = Math.max(16, expectedNodes);
    this.op = new byte[room];
    this.a = new int[room];
    this.b = new int[room];
    this.c = new int[room];
  }

  /** Goes on from a graph: its values keep their numbers, its outputs are to be named anew. */
  static ScalarBuilder extending(ScalarGraph g, int moreInputs, int expectedNodes) {
    ScalarBuilder builder = new ScalarBuilder(g.dtype, expectedNodes);
    builder.inputs = g.inputs + moreInputs;
    builder.nodes = g.nodes;
    System.arraycopy(g.op, 0, builder.op, 0, g.nodes);
    builder.copy(g.a, builder.a, g, moreInputs);
    builder.copy(g.b, builder.b, g, moreInputs);
    builder.copy(g.c, builder.c, g, moreInputs);
    for (double constant : g.constants) {
      builder.constant(constant);
    }
    return builder;
  }

  /** Inputs that come in between move the nodes' numbers up. */
  private void copy(int[] from, int[] to, ScalarGraph g, int moreInputs) {
    for (int i = 0; i < g.nodes; i++) {
      to[i] = from[i] >= g.inputs ? from[i] + moreInputs : from[i];
    }
  }

  /**
   * The next input.
   *
   * @throws IllegalStateException where there are nodes already: inputs come first
   */
  public int input() {
    if (nodes > 0) {
      throw new IllegalStateException("inputs come before the first node");
    }
    return inputs++;
  }

  /** A constant, rounded to the type. Equal bits are the same constant. */
  public int constant(double value) {
    double rounded = dtype == DType.F32 ? (float) value : value;
    long bits = Double.doubleToRawLongBits(rounded);
    Integer known = constantIds.putIfAbsent(bits, constantIds.size());
    if (known != null) {
      return ~known;
    }
    int id = constantIds.size() - 1;
    if (id == constants.length) {
      constants = Arrays.copyOf(constants, 2 * id);
    }
    constants[id] = rounded;
    return ~id;
  }

  public int add(int x, int y) {
    return apply(ScalarOp.ADD, x, y);
  }

  public int sub(int x, int y) {
    return apply(ScalarOp.SUB, x, y);
  }

  public int mul(int x, int y) {
    return apply(ScalarOp.MUL, x, y);
  }

  public int apply(UnaryFunction f, int x) {
    return apply(ScalarOp.of(f), x);
  }

  public int apply(BinaryFunction f, int x, int y) {
    return apply(ScalarOp.of(f), x, y);
  }

  /**
   * Applies an operation to values and constants, as many as it takes.
   *
   * @return the result's number; below zero where it is a constant
   * @throws IllegalArgumentException where their number is wrong or one does not exist
   */
  public int apply(ScalarOp o, int... operands) {
    if (operands.length != o.arity() || o == ScalarOp.MUL_ADD) {
      throw new IllegalArgumentException(o + " does not take " + operands.length + " operands");
    }
    int second = operands.length > 1 ? operands[1] : ScalarGraph.NONE;
    int third = operands.length > 2 ? operands[2] : ScalarGraph.NONE;
    for (int x : operands) {
      if (x >= inputs + nodes || x < -constantIds.size()) {
        throw new IllegalArgumentException(o + ": there is no value " + x + " yet");
      }
    }
    return emit(o, operands[0], second, third);
  }

  int emit(ScalarOp o, int x, int y, int z) {
    boolean foldable = x < 0 && y < 0 && z < 0;
    if (foldable) {
      return constant(o.apply(value(x), value(y), value(z)));
    }
    int kept = neutral(o, x, y);
    return kept == ScalarGraph.NONE ? append(o, x, y, z) : kept;
  }

  private int neutral(ScalarOp o, int x, int y) {
    return switch (o) {
      case ADD -> is(y, -0.0) ? x : is(x, -0.0) ? y : ScalarGraph.NONE;
      case SUB -> is(y, 0.0) ? x : ScalarGraph.NONE;
      case MUL -> is(y, 1) ? x : is(x, 1) ? y : ScalarGraph.NONE;
      case DIV -> is(y, 1) ? x : ScalarGraph.NONE;
      default -> ScalarGraph.NONE;
    };
  }

  private boolean is(int operand, double value) {
    return operand < 0
        && operand != ScalarGraph.NONE
        && Double.doubleToRawLongBits(constants[~operand]) == Double.doubleToRawLongBits(value);
  }

  private double value(int operand) {
    return operand == ScalarGraph.NONE ? 0 : constants[~operand];
  }

  private int append(ScalarOp o, int x, int y, int z) {
    if (nodes == op.length) {
      grow();
    }
    op[nodes] = (byte) o.ordinal();
    a[nodes] = x;
    b[nodes] = y;
    c[nodes] = z;
    return inputs + nodes++;
  }

  private void grow() {
    if (nodes >= MOST) {
      throw new IllegalStateException("a scalar graph has at most " + MOST + " nodes");
    }
    int room = Math.min(MOST, nodes + nodes / 2);
    op = Arrays.copyOf(op, room);
    a = Arrays.copyOf(a, room);
    b = Arrays.copyOf(b, room);
    c = Arrays.copyOf(c, room);
  }

  /** The graph with the given results. The builder is used up. */
  public ScalarGraph build(int... outputs) {
    double[] used = Arrays.copyOf(constants, constantIds.size());
    return new ScalarGraph(dtype, inputs, nodes, op, a, b, c, used, outputs.clone());
  }
}
