package dev.ballast.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A gradient rule against central differences, in double: of the loss Σ result ⊙ w with fixed
 * random w, and then of the same sum over the gradients, which is the rule of the rule.
 */
final class OpGradientCheck {
  private static final int PROBES = 12;

  /** Larger samples are there for their kernels; their rules are checked on smaller ones. */
  private static final long MAX_ELEMENTS = 2500;

  private final OpSample sample;
  private final List<Literal> contents;
  private final Random random;

  private OpGradientCheck(OpSample sample) {
    this.sample = sample;
    this.contents = sample.contents(DType.F64);
    this.random = new Random(sample.seed());
  }

  /** The gradient, and the gradient of the gradient. */
  static void check(OpSample sample) {
    for (int order = 1; order <= 2; order++) {
      new OpGradientCheck(sample).compare(order);
    }
  }

  private void compare(int order) {
    GraphBuilder b = new GraphBuilder("gradient of " + sample.op().name());
    List<Expr> in = new ArrayList<>();
    for (Literal l : contents) {
      in.add(b.input("x" + in.size(), l.type()));
    }
    List<Expr> floating = in.stream().filter(e -> e.type().dtype().isFloating()).toList();
    Expr loss = weighted(b, b.applyAll(sample.op(), in));
    for (int i = 1; i < order; i++) {
      loss = weighted(b, Autodiff.gradients(loss, floating));
    }
    b.output("loss", loss);
    Graph lossOnly = b.build();
    List<Expr> gradients = Autodiff.gradients(loss, floating);
    for (int i = 0; i < gradients.size(); i++) {
      assertEquals(floating.get(i).type(), gradients.get(i).type());
      b.output("d" + i, gradients.get(i));
    }
    try (Arena arena = Arena.ofConfined()) {
      probe(order, lossOnly, b.build(), floating, arena);
    }
  }

  private void probe(int order, Graph lossOnly, Graph full, List<Expr> xs, Arena arena) {
    Interpreter all = start(full, arena);
    all.run(full, arena);
    Interpreter loss = start(lossOnly, arena);
    Value lossValue = lossOnly.outputs().get("loss");
    for (int i = 0; i < xs.size(); i++) {
      Slice x = loss.slice(xs.get(i).value());
      Slice dx = all.slice(full.outputs().get("d" + i));
      for (int probe = 0; probe < Math.min(PROBES, x.elements()); probe++) {
        int at = x.elements() <= PROBES ? probe : random.nextInt((int) x.elements());
        double v = x.get(at);
        double h = 1e-4 * Math.max(0.1, Math.abs(v));
        double wide = difference(lossOnly, loss, lossValue, x, at, 2 * h, arena);
        double narrow = difference(lossOnly, loss, lossValue, x, at, h, arena);
        double expected = (4 * narrow - wide) / 3;
        double size = Math.max(1, Math.abs(expected)) + Math.abs(loss.slice(lossValue).get(0));
        assertTrue(
            Math.abs(dx.get(at) - expected) <= 1e-7 * size,
            order
                + ". derivative of "
                + sample
                + " by x"
                + i
                + "["
                + at
                + "] is "
                + dx.get(at)
                + ", differences give "
                + expected);
      }
    }
  }

  /** (f(x + h) − f(x − h)) / 2h. */
  private static double difference(
      Graph g, Interpreter i, Value loss, Slice x, int at, double h, Arena arena) {
    double v = x.get(at);
    x.set(at, v + h);
    i.run(g, arena);
    double above = i.slice(loss).get(0);
    x.set(at, v - h);
    i.run(g, arena);
    double below = i.slice(loss).get(0);
    x.set(at, v);
    return (above - below) / (2 * h);
  }

  private Interpreter start(Graph g, Arena arena) {
    Interpreter i = Interpreter.of(g, arena);
    for (int k = 0; k < contents.size(); k++) {
      i.slice(g.inputs().get(k)).copyFrom(contents.get(k));
    }
    return i;
  }

  private Expr weighted(GraphBuilder b, List<Expr> terms) {
    List<Expr> sums = new ArrayList<>();
    for (Expr t : terms) {
      double[] w = random.doubles(t.type().elements(), 0.5, 1.5).toArray();
      Expr weights = b.constant(Literal.of(t.type(), w));
      sums.add(Ops.sum(Ops.mul(t, weights)));
    }
    return sums.stream().reduce(Ops::add).orElseThrow();
  }

  /** Whether all results are floating, so that there is something to differentiate. */
  static boolean applies(OpSample sample) {
    List<TensorType> types = sample.types(DType.F64);
    boolean small = types.stream().mapToLong(TensorType::elements).sum() <= MAX_ELEMENTS;
    boolean floatingIn = types.stream().anyMatch(t -> t.dtype().isFloating());
    return floatingIn
        && small
        && !(sample.op() instanceof Update)
        && !sample.whole()
        && sample.op().infer(types).stream().allMatch(t -> t.dtype() == DType.F64);
  }
}
