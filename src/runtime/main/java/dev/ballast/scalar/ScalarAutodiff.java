package dev.ballast.scalar;

import dev.ballast.kernel.ScalarOp;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Reverse-mode differentiation of scalar graphs: the backward pass is more nodes behind the forward
 * ones, O(|V| + |E|) of them. The rules are the ops' own, see {@link ScalarRule}; sums are made in
 * the same order as {@code Autodiff} makes them, so the bits are the same too.
 */
public final class ScalarAutodiff {
  /** Nodes of the backward pass for one of the forward pass, to make room for; it may be more. */
  private static final int BACKWARD_PER_FORWARD = 4;

  private record Key(ScalarOp op, int active, OptionalDouble second) {}

  private final ScalarGraph graph;
  private final ScalarBuilder builder;
  private final int shift;
  private final boolean[] active;
  private final int[] gradients;
  private final ScalarRule[] usual = new ScalarRule[ScalarOp.values().length << 3];
  private final Map<Key, ScalarRule> special = new HashMap<>();
  private int[] temporaries = new int[16];

  private ScalarAutodiff(ScalarGraph graph, int moreInputs, int[] wrt) {
    this.graph = graph;
    this.shift = moreInputs;
    long room = (1L + BACKWARD_PER_FORWARD) * graph.nodes;
    this.builder =
        ScalarBuilder.extending(graph, moreInputs, (int) Math.min(room, Integer.MAX_VALUE / 8));
    this.active = active(graph, wrt);
    this.gradients = new int[graph.inputs + graph.nodes];
    Arrays.fill(gradients, ScalarGraph.NONE);
  }

  /** The graph's only output, then its gradient with respect to every input. */
  public static ScalarGraph valueAndGradient(ScalarGraph g) {
    return valueAndGradient(g, IntStream.range(0, g.inputs).toArray());
  }

  /**
   * The graph's only output, then its gradient with respect to the given inputs.
   *
   * @throws IllegalArgumentException where there is not exactly one output
   */
  public static ScalarGraph valueAndGradient(ScalarGraph g, int... wrt) {
    if (g.outputs.length != 1) {
      throw new IllegalArgumentException(
          "the gradient is that of one number; the graph has " + g.outputs.length + " outputs");
    }
    ScalarAutodiff d = new ScalarAutodiff(g, 0, wrt);
    d.seed(g.outputs[0], d.builder.constant(1));
    d.backward();
    int[] outputs = new int[1 + wrt.length];
    outputs[0] = g.outputs[0];
    for (int k = 0; k < wrt.length; k++) {
      outputs[1 + k] = d.gradientOf(wrt[k]);
    }
    return d.builder.build(outputs);
  }

  /**
   * The vector–Jacobian product: takes one more input for each output, the gradient that it
   * receives, and gives the gradient of every input.
   */
  static ScalarGraph pullback(ScalarGraph g) {
    int[] wrt = IntStream.range(0, g.inputs).toArray();
    ScalarAutodiff d = new ScalarAutodiff(g, g.outputs.length, wrt);
    for (int k = 0; k < g.outputs.length; k++) {
      if (g.outputs[k] >= 0) {
        d.seed(g.outputs[k], g.inputs + k);
      }
    }
    d.backward();
    return d.builder.build(IntStream.of(wrt).map(d::gradientOf).toArray());
  }

  /** The values that some of the given inputs reaches. */
  private static boolean[] active(ScalarGraph g, int[] wrt) {
    boolean[] active = new boolean[g.inputs + g.nodes];
    for (int i : wrt) {
      active[i] = true;
    }
    for (int i = 0; i < g.nodes; i++) {
      active[g.inputs + i] =
          isActive(active, g.a[i]) || isActive(active, g.b[i]) || isActive(active, g.c[i]);
    }
    return active;
  }

  private static boolean isActive(boolean[] active, int operand) {
    return operand >= 0 && active[operand];
  }

  private void seed(int output, int gradient) {
    if (isActive(active, output)) {
      accumulate(output, gradient);
    }
  }

  private void accumulate(int value, int contribution) {
    int sum = gradients[value];
    gradients[value] =
        sum == ScalarGraph.NONE
            ? contribution
            : builder.emit(ScalarOp.ADD, sum, contribution, ScalarGraph.NONE);
  }

  private int gradientOf(int value) {
    return gradients[value] == ScalarGraph.NONE ? builder.constant(0) : gradients[value];
  }

  private void backward() {
    for (int i = graph.nodes - 1; i >= 0; i--) {
      int v = graph.inputs + i;
      if (active[v] && gradients[v] != ScalarGraph.NONE) {
        stamp(rule(i), i, gradients[v]);
      }
    }
  }

  private ScalarRule rule(int i) {
    int mask =
        (isActive(active, graph.a[i]) ? 1 : 0)
            | (isActive(active, graph.b[i]) ? 2 : 0)
            | (isActive(active, graph.c[i]) ? 4 : 0);
    ScalarOp op = graph.op(i);
    // The power's rule is the only one that looks whether an operand is constant, and is shorter
    // then.
    if (op == ScalarOp.POW && graph.b[i] < 0) {
      OptionalDouble exponent = OptionalDouble.of(graph.constant(graph.b[i]));
      return special.computeIfAbsent(
          new Key(op, mask, exponent), k -> ScalarRule.of(op, mask, exponent).within(builder));
    }
    int at = op.ordinal() << 3 | mask;
    if (usual[at] == null) {
      usual[at] = ScalarRule.of(op, mask, OptionalDouble.empty()).within(builder);
    }
    return usual[at];
  }

  private void stamp(ScalarRule rule, int i, int gradient) {
    List<ScalarRule.Step> steps = rule.steps();
    if (steps.size() > temporaries.length) {
      temporaries = new int[steps.size()];
    }
    for (int s = 0; s < steps.size(); s++) {
      ScalarRule.Step step = steps.get(s);
      temporaries[s] =
          builder.emit(
              step.op(),
              resolve(step.a(), i, gradient),
              resolve(step.b(), i, gradient),
              resolve(step.c(), i, gradient));
    }
    int[] contributions = rule.contributions();
    for (int k = 0; k < contributions.length; k++) {
      if (contributions[k] != ScalarGraph.NONE) {
        accumulate(graph.operand(i, k), resolve(contributions[k], i, gradient));
      }
    }
  }

  private int resolve(int operand, int i, int gradient) {
    if (operand < 0) {
      return operand;
    }
    return switch (operand) {
      case 0 -> moved(graph.a[i]);
      case 1 -> moved(graph.b[i]);
      case 2 -> moved(graph.c[i]);
      case ScalarRule.OUT -> moved(graph.inputs + i);
      case ScalarRule.DOUT -> gradient;
      default -> temporaries[operand - ScalarRule.TEMPORARY];
    };
  }

  /** A value's number in the new graph, where further inputs may stand before the nodes. */
  private int moved(int operand) {
    return operand >= graph.inputs ? operand + shift : operand;
  }
}
