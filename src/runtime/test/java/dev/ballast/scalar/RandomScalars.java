package dev.ballast.scalar;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Random recipes over single numbers, with every operation that there is, constants and values used
 * several times. A recipe is written out as a scalar graph or, node by node, as a tensor graph.
 */
public final class RandomScalars {
  static final int INPUTS = 5;

  private record Line(ScalarOp op, int a, int b, int c) {}

  private final List<Line> lines = new ArrayList<>();
  private final List<Double> constants = new ArrayList<>();

  public RandomScalars(long seed, int nodes) {
    Random random = new Random(seed);
    ScalarOp[] ops = ScalarOp.values();
    while (lines.size() < nodes) {
      ScalarOp op = ops[random.nextInt(ops.length - 1)];
      lines.add(new Line(op, operand(random), operand(random), operand(random)));
    }
  }

  private int operand(Random random) {
    if (random.nextInt(6) == 0) {
      constants.add(random.nextBoolean() ? random.nextInt(3) : random.nextGaussian());
      return ~(constants.size() - 1);
    }
    int values = INPUTS + lines.size();
    return random.nextBoolean()
        ? random.nextInt(values)
        : Math.max(0, values - 1 - random.nextInt(4));
  }

  /** Inputs for a seed. */
  static double[] point(long seed) {
    return new Random(seed).doubles(INPUTS, -1.5, 1.5).toArray();
  }

  ScalarGraph graph(DType dtype) {
    ScalarBuilder b = new ScalarBuilder(dtype);
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < INPUTS; i++) {
      values.add(b.input());
    }
    for (Line l : lines) {
      Function<Integer, Integer> of = k -> k < 0 ? b.constant(constants.get(~k)) : values.get(k);
      int[] operands = new int[l.op().arity()];
      int[] all = {l.a(), l.b(), l.c()};
      for (int k = 0; k < operands.length; k++) {
        operands[k] = of.apply(all[k]);
      }
      // A bounded result, so that sums of many stay numbers.
      values.add(b.apply(ScalarOp.TANH, b.apply(l.op(), operands)));
    }
    int sum = values.getFirst();
    for (int v : values.subList(1, values.size())) {
      sum = b.add(sum, v);
    }
    return b.build(sum);
  }

  /** The same sum in a tensor graph, its inputs named x0, x1, … */
  public Expr emit(GraphBuilder b, DType dtype) {
    List<Expr> values = new ArrayList<>();
    for (int i = 0; i < INPUTS; i++) {
      values.add(b.input("x" + i, new TensorType(dtype, Shape.SCALAR)));
    }
    for (Line l : lines) {
      Function<Integer, Expr> of =
          k -> k < 0 ? b.constant(Literal.scalar(dtype, constants.get(~k))) : values.get(k);
      values.add(Ops.tanh(apply(l, of)));
    }
    return values.stream().reduce(Ops::add).orElseThrow();
  }

  private static Expr apply(Line l, Function<Integer, Expr> of) {
    Expr a = of.apply(l.a());
    Expr second = l.op().arity() > 1 ? of.apply(l.b()) : a;
    return switch (l.op()) {
      case NEG -> Ops.neg(a);
      case ABS -> Ops.abs(a);
      case SQRT -> Ops.sqrt(a);
      case EXP -> Ops.exp(a);
      case LOG -> Ops.log(a);
      case SIN -> Ops.sin(a);
      case COS -> Ops.cos(a);
      case SIGMOID -> Ops.sigmoid(a);
      case TANH -> Ops.tanh(a);
      case RELU -> Ops.relu(a);
      case SOFTPLUS -> Ops.softplus(a);
      case ERF -> Ops.erf(a);
      case GELU -> Ops.gelu(a);
      case ADD -> Ops.add(a, second);
      case SUB -> Ops.sub(a, second);
      case MUL -> Ops.mul(a, second);
      case DIV -> Ops.div(a, second);
      case POW -> Ops.pow(a, second);
      case MAX -> Ops.max(a, second);
      case MIN -> Ops.min(a, second);
      case LESS -> Ops.less(a, second);
      case LESS_EQUAL -> Ops.lessEqual(a, second);
      case EQUAL -> Ops.equal(a, second);
      case SELECT -> Ops.select(a, second, of.apply(l.c()));
      case MUL_ADD -> throw new IllegalStateException("only planned code has it");
    };
  }
}
