package dev.ballast.bench;

import dev.ballast.kernel.ScalarOp;
import dev.ballast.scalar.ScalarBuilder;
import dev.ballast.scalar.ScalarGraph;
import dev.ballast.tensor.DType;
import java.util.SplittableRandom;

/**
 * Scalar graphs of any size, the same for the same seed. While a graph is drawn its values are
 * computed, so that they stay within ±{@value #LARGEST}: where a result would leave that range the
 * smaller operand is taken instead.
 */
final class ScalarSamples {
  private static final int INPUTS = 64;
  private static final double LARGEST = 4;
  private static final int DEPTH = 64;
  private static final ScalarOp[] UNARY = {
    ScalarOp.TANH, ScalarOp.SIGMOID, ScalarOp.SIN, ScalarOp.RELU
  };
  private static final ScalarOp[] BINARY = {ScalarOp.ADD, ScalarOp.SUB, ScalarOp.MUL};

  private final SplittableRandom random;
  private final ScalarBuilder builder;
  private final double[] values;
  private int made;

  private ScalarSamples(int nodes, long seed) {
    this.random = new SplittableRandom(seed);
    this.builder = new ScalarBuilder(DType.F64, nodes);
    this.values = new double[INPUTS + nodes];
    double[] point = point();
    for (int i = 0; i < INPUTS; i++) {
      values[builder.input()] = point[i];
    }
  }

  /** The inputs' values. */
  static double[] point() {
    double[] point = new double[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      point[i] = Math.sin(i + 1.0);
    }
    return point;
  }

  /**
   * A random DAG without dead ends: a node's first operand is one of those that nobody uses yet,
   * its second is drawn evenly from all values before it, however far away. The result is the sum
   * of the unused that remain, about one in {@value #DEPTH}.
   */
  static ScalarGraph dag(int nodes, long seed) {
    ScalarSamples s = new ScalarSamples(nodes, seed);
    int[] unused = new int[INPUTS + nodes / DEPTH];
    for (int i = 0; i < unused.length; i++) {
      unused[i] = i < INPUTS ? i : s.drawBinary(s.random.nextInt(INPUTS), s.random.nextInt(INPUTS));
    }
    while (s.made + unused.length - 1 < nodes) {
      int at = s.random.nextInt(unused.length);
      unused[at] = s.draw(unused[at], s.random.nextInt(INPUTS + s.made));
    }
    int sum = unused[0];
    for (int i = 1; i < unused.length; i++) {
      sum = s.builder.add(sum, unused[i]);
    }
    return s.builder.build(sum);
  }

  /**
   * A random expression tree in post-order: each value is used once, but for the inputs at the
   * leaves.
   */
  static ScalarGraph tree(int nodes, long seed) {
    ScalarSamples s = new ScalarSamples(nodes, seed);
    int[] stack = new int[64];
    int[] heights = new int[stack.length];
    int depth = 0;
    while (s.made < nodes - 1 || depth > 1) {
      boolean full = s.made + depth + 1 > nodes;
      boolean joins = depth > 1 && (full || heights[depth - 1] == heights[depth - 2]);
      int height = joins ? heights[depth - 2] + 1 : 0;
      int x = joins ? stack[depth - 2] : s.random.nextInt(INPUTS);
      int y = joins ? stack[depth - 1] : s.random.nextInt(INPUTS);
      depth -= joins ? 2 : 0;
      stack[depth] = s.drawBinary(x, y);
      heights[depth++] = height;
    }
    return s.builder.build(stack[depth - 1]);
  }

  /** Draws an operation on x, one time in five, or on x and y. */
  private int draw(int x, int y) {
    return random.nextInt(5) == 0 ? emit(UNARY[random.nextInt(UNARY.length)], x) : drawBinary(x, y);
  }

  /** Draws a sum, a difference or a product; the smaller operand where that would be too large. */
  private int drawBinary(int x, int y) {
    ScalarOp op = BINARY[random.nextInt(BINARY.length)];
    boolean fits = Math.abs(op.apply(values[x], values[y], 0)) <= LARGEST;
    return emit(fits ? op : ScalarOp.MIN, x, y);
  }

  private int emit(ScalarOp op, int... operands) {
    double y = operands.length > 1 ? values[operands[1]] : 0;
    int v = builder.apply(op, operands);
    values[v] = op.apply(values[operands[0]], y, 0);
    made++;
    return v;
  }
}
