package dev.ballast.scalar;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.op.Pointwise;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * An op's own gradient rule, written out once for single numbers and then stamped into a scalar
 * graph for each node. So there is one place that says what a derivative is, the op.
 *
 * <p>A step's operands are numbered: 0 to 2 the node's inputs, {@link #OUT} its result, {@link
 * #DOUT} the result's gradient, from {@link #TEMPORARY} on the steps before; below zero {@code ~k}
 * is constant {@code k}.
 *
 * @param contributions the operand that holds ∂L/∂input, by input; {@link ScalarGraph#NONE} where
 *     the rule leaves none
 */
public record ScalarRule(List<Step> steps, double[] constants, int[] contributions) {
  static final int OUT = 3;
  static final int DOUT = 4;
  static final int TEMPORARY = 5;

  /** One operation; operands that it does not take are {@link ScalarGraph#NONE}. */
  record Step(ScalarOp op, int a, int b, int c) {}

  /** The operation that an op is on single numbers, if there is one. */
  public static Optional<ScalarOp> scalarOp(Op op) {
    return Pointwise.operation(op);
  }

  /**
   * @param active bit {@code k} is set where the gradient of input {@code k} is wanted
   * @param second the second operand where it is a constant that the rule looks at
   */
  static ScalarRule of(ScalarOp op, int active, OptionalDouble second) {
    TensorType number = TensorType.f64();
    GraphBuilder builder = new GraphBuilder("rule of " + op);
    List<Expr> inputs = new ArrayList<>();
    for (int k = 0; k < op.arity(); k++) {
      inputs.add(
          k == 1 && second.isPresent()
              ? builder.constant(Literal.of(number, second.getAsDouble()))
              : builder.input("in" + k, number));
    }
    Expr dout = builder.input("dout", number);
    Expr out = builder.applyAll(Pointwise.of(op), inputs).getFirst();
    Node node = builder.nodes().getFirst();
    Backprop backprop = new Backprop(builder, node, List.of(dout));
    node.op().gradient(backprop);
    Writing w = new Writing();
    inputs.forEach(in -> w.number(in.value(), inputs.indexOf(in)));
    w.number(out.value(), OUT);
    w.number(dout.value(), DOUT);
    List<Node> steps = builder.nodes();
    steps.subList(1, steps.size()).forEach(w::write);
    int[] contributions = new int[op.arity()];
    for (int k = 0; k < contributions.length; k++) {
      Optional<Expr> given = backprop.contributions().get(k);
      boolean wanted = (active >> k & 1) == 1;
      contributions[k] = wanted && given.isPresent() ? w.of(given.get().value()) : ScalarGraph.NONE;
    }
    return w.needed(contributions);
  }

  /** The rule with its constants numbered as a builder numbers them. */
  ScalarRule within(ScalarBuilder builder) {
    int[] ids = DoubleStream.of(constants).mapToInt(builder::constant).toArray();
    List<Step> bound =
        steps.stream()
            .map(s -> new Step(s.op(), to(ids, s.a()), to(ids, s.b()), to(ids, s.c())))
            .toList();
    int[] left = IntStream.of(contributions).map(k -> to(ids, k)).toArray();
    return new ScalarRule(bound, constants, left);
  }

  private static int to(int[] constantIds, int operand) {
    return operand >= 0 || operand == ScalarGraph.NONE ? operand : constantIds[~operand];
  }

  /** Turns a rule's nodes into steps. */
  private static final class Writing {
    private final Map<Value, Integer> numbers = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Double> constants = new ArrayList<>();

    void number(Value v, int operand) {
      numbers.put(v, operand);
    }

    int of(Value v) {
      if (v instanceof Value.Constant c && !numbers.containsKey(v)) {
        constants.add(c.literal().get(0));
        numbers.put(v, ~(constants.size() - 1));
      }
      return numbers.get(v);
    }

    void write(Node n) {
      ScalarOp op =
          scalarOp(n.op())
              .orElseThrow(
                  () -> new IllegalStateException("no scalar operation for " + n.op().name()));
      int[] operands = n.inputs().stream().mapToInt(this::of).toArray();
      steps.add(
          new Step(
              op,
              operands[0],
              operands.length > 1 ? operands[1] : ScalarGraph.NONE,
              operands.length > 2 ? operands[2] : ScalarGraph.NONE));
      numbers.put(n.results().getFirst(), TEMPORARY + steps.size() - 1);
    }

    /** Without the steps that only unwanted contributions need. */
    ScalarRule needed(int[] contributions) {
      boolean[] needed = new boolean[TEMPORARY + steps.size()];
      for (int c : contributions) {
        mark(needed, c);
      }
      for (int i = steps.size() - 1; i >= 0; i--) {
        if (needed[TEMPORARY + i]) {
          Step s = steps.get(i);
          mark(needed, s.a());
          mark(needed, s.b());
          mark(needed, s.c());
        }
      }
      int[] moved = new int[needed.length];
      List<Step> kept = new ArrayList<>();
      for (int i = 0; i < needed.length; i++) {
        moved[i] = i < TEMPORARY ? i : TEMPORARY + kept.size();
        if (i >= TEMPORARY && needed[i]) {
          Step s = steps.get(i - TEMPORARY);
          kept.add(new Step(s.op(), to(moved, s.a()), to(moved, s.b()), to(moved, s.c())));
        }
      }
      int[] wanted = new int[contributions.length];
      for (int k = 0; k < wanted.length; k++) {
        wanted[k] = to(moved, contributions[k]);
      }
      double[] all = constants.stream().mapToDouble(Double::doubleValue).toArray();
      return new ScalarRule(List.copyOf(kept), all, wanted);
    }

    private static void mark(boolean[] needed, int operand) {
      if (operand >= 0) {
        needed[operand] = true;
      }
    }

    private static int to(int[] moved, int operand) {
      return operand < 0 ? operand : moved[operand];
    }
  }
}
