package dev.ballast.bench;

import dev.ballast.kernel.ScalarOp;
import dev.ballast.scalar.ScalarGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * The same graph with an object for each node, as it is usually written in a lecture: every node
 * knows its operands, its value and its gradient; the backward pass walks the list from its end.
 * Written plainly, without tricks, to compare with.
 */
final class ObjectGraph {
  /** A number that was put in or computed. */
  private static class Value {
    double data;
    double gradient;

    void forward() {}

    void backward() {}
  }

  private static final class Unary extends Value {
    private final ScalarOp op;
    private final Value a;

    Unary(ScalarOp op, Value a) {
      this.op = op;
      this.a = a;
    }

    @Override
    void forward() {
      data =
          switch (op) {
            case TANH -> StrictMath.tanh(a.data);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-a.data));
            case SIN -> Math.sin(a.data);
            case RELU -> Math.max(a.data, 0);
            default -> throw new IllegalStateException("not drawn by the samples: " + op);
          };
    }

    @Override
    void backward() {
      a.gradient +=
          gradient
              * switch (op) {
                case TANH -> 1 - data * data;
                case SIGMOID -> data * (1 - data);
                case SIN -> Math.cos(a.data);
                default -> data > 0 ? 1 : 0;
              };
    }
  }

  private static final class Binary extends Value {
    private final ScalarOp op;
    private final Value a;
    private final Value b;

    Binary(ScalarOp op, Value a, Value b) {
      this.op = op;
      this.a = a;
      this.b = b;
    }

    @Override
    void forward() {
      data = op.apply(a.data, b.data, 0);
    }

    @Override
    void backward() {
      switch (op) {
        case ADD -> {
          a.gradient += gradient;
          b.gradient += gradient;
        }
        case SUB -> {
          a.gradient += gradient;
          b.gradient -= gradient;
        }
        case MUL -> {
          a.gradient += gradient * b.data;
          b.gradient += gradient * a.data;
        }
        case MIN -> {
          double share = a.data < b.data ? 1 : a.data == b.data ? 0.5 : 0;
          a.gradient += gradient * share;
          b.gradient += gradient * (1 - share);
        }
        default -> throw new IllegalStateException("not drawn by the samples: " + op);
      }
    }
  }

  private final List<Value> values = new ArrayList<>();
  private final int inputs;
  private final Value loss;

  ObjectGraph(ScalarGraph g) {
    this.inputs = g.inputs();
    for (int i = 0; i < inputs; i++) {
      values.add(new Value());
    }
    for (int i = 0; i < g.nodes(); i++) {
      Value a = values.get(g.operand(i, 0));
      boolean two = g.op(i).arity() == 2;
      values.add(two ? new Binary(g.op(i), a, values.get(g.operand(i, 1))) : new Unary(g.op(i), a));
    }
    this.loss = values.get(g.output(0));
  }

  /** One forward and one backward pass. */
  void run(double[] point) {
    for (int i = 0; i < inputs; i++) {
      values.get(i).data = point[i];
    }
    for (Value v : values) {
      v.forward();
      v.gradient = 0;
    }
    loss.gradient = 1;
    for (int i = values.size() - 1; i >= inputs; i--) {
      values.get(i).backward();
    }
  }

  /** The result and its gradient, as they were after {@link #run}. */
  double[] lossAndGradient() {
    double[] all = new double[1 + inputs];
    all[0] = loss.data;
    for (int i = 0; i < inputs; i++) {
      all[1 + i] = values.get(i).gradient;
    }
    return all;
  }
}
