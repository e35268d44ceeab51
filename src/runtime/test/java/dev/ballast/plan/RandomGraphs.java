package dev.ballast.plan;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Graphs grown from a seed: views and copies, results that may run in place, values used far apart
 * and several times, outputs that are views or sources; every other one with gradients and updates.
 * Values stay small, so that fast and plain kernels stay close.
 */
public final class RandomGraphs {
  private static final int MAX_ELEMENTS = 300;

  private final Random random;
  private final GraphBuilder b;
  private final List<Expr> pool = new ArrayList<>();
  private final List<Expr> sources = new ArrayList<>();
  private final Expr indices;
  private final Expr labels;
  private final Expr weights;
  private final Expr bias;
  private final Expr condition;

  private RandomGraphs(long seed) {
    random = new Random(seed);
    b = new GraphBuilder("random" + seed);
    sources.add(b.input("x", TensorType.f32(4, 6)));
    sources.add(b.input("y", TensorType.f32(6)));
    sources.add(b.input("z", TensorType.f32(4, 1)));
    sources.add(b.parameter("w", TensorType.f32(6, 6)));
    sources.add(b.parameter("v", TensorType.f32(4, 6)));
    pool.addAll(sources);
    indices = b.input("indices", TensorType.i32(3));
    labels = b.input("labels", TensorType.i32(4));
    weights = b.parameter("weights", TensorType.f32(6, 32));
    bias = b.parameter("bias", TensorType.f32(32));
    condition = Ops.less(sources.get(1), sources.get(2));
  }

  /** A graph of at least the given number of forward nodes; even seeds make training steps. */
  public static Graph of(long seed, int nodes) {
    RandomGraphs g = new RandomGraphs(seed);
    while (g.b.nodes().size() < nodes) {
      g.grow();
    }
    g.outputs();
    if (seed % 2 == 0) {
      g.train();
    }
    return g.b.build();
  }

  private void grow() {
    Expr a = pick();
    Expr e =
        switch (random.nextInt(12)) {
          case 0, 1 -> unary(a);
          case 2, 3 -> binary(a);
          case 4 -> product(a);
          case 5 -> Ops.transpose(a);
          case 6 -> Ops.reshape(a, -1);
          case 7 -> slice(a);
          case 8 -> joined(a);
          case 9 -> folded(a);
          case 10 -> a.shape().rank() > 0 ? rows(a) : unary(a);
          default -> chosen(a);
        };
    if (e.shape().elements() <= MAX_ELEMENTS) {
      pool.add(e);
    }
  }

  private Expr pick() {
    boolean recent = pool.size() > 6 && random.nextInt(3) > 0;
    return pool.get(recent ? pool.size() - 1 - random.nextInt(6) : random.nextInt(pool.size()));
  }

  private Expr unary(Expr a) {
    List<UnaryOperator<Expr>> fs =
        List.of(
            Ops::tanh,
            Ops::sigmoid,
            Ops::sin,
            Ops::cos,
            Ops::relu,
            Ops::neg,
            Ops::gelu,
            Ops::abs,
            Ops::softplus,
            Ops::erf);
    return fs.get(random.nextInt(fs.size())).apply(a);
  }

  /**
   * The mean or product of two values, or the larger or smaller; small operands give small ones.
   */
  private Expr binary(Expr a) {
    Expr other = partner(a);
    Expr half = Ops.constant(a, 0.5);
    List<BinaryOperator<Expr>> fs =
        List.of(
            (p, q) -> Ops.mul(half, Ops.add(p, q)),
            (p, q) -> Ops.mul(Ops.sub(p, q), half),
            (p, q) -> Ops.tanh(Ops.mul(p, q)),
            Ops::max,
            Ops::min);
    return fs.get(random.nextInt(fs.size())).apply(a, other);
  }

  /** A value that broadcasts with {@code a}; in need, {@code a} itself. */
  private Expr partner(Expr a) {
    for (int i = 0; i < 8; i++) {
      Expr other = pick();
      boolean small = a.shape().elements() * other.shape().elements() <= MAX_ELEMENTS;
      if (other.shape().broadcastsTo(a.shape())
          || a.shape().broadcastsTo(other.shape())
          || small && a.shape().rank() == 1 && other.shape().dims().length == 0) {
        return other;
      }
    }
    return a;
  }

  private Expr product(Expr a) {
    if (a.shape().rank() != 2) {
      return unary(a);
    }
    for (int i = 0; i < 8; i++) {
      Expr other = pick();
      if (other.shape().rank() == 2) {
        for (int sides = 0; sides < 4; sides++) {
          boolean ta = (sides & 1) != 0;
          boolean tb = (sides & 2) != 0;
          if (a.shape().dim(ta ? 0 : 1) == other.shape().dim(tb ? 1 : 0)) {
            return Ops.tanh(Ops.matmul(a, other, ta, tb));
          }
        }
      }
    }
    return Ops.tanh(Ops.matmul(a, a, true, false));
  }

  private Expr slice(Expr a) {
    if (a.shape().rank() == 0) {
      return unary(a);
    }
    int axis = random.nextInt(a.shape().rank());
    int n = a.shape().dim(axis);
    int from = random.nextInt(n);
    return Ops.slice(a, axis, from, from + 1 + random.nextInt(n - from));
  }

  private Expr joined(Expr a) {
    if (a.shape().rank() == 0) {
      return unary(a);
    }
    int axis = random.nextInt(a.shape().rank());
    return switch (random.nextInt(4)) {
      case 0 -> Ops.concat(axis, a, unary(a), a);
      case 3 -> Ops.concat(axis, a, Ops.slice(a, axis, 0, (a.shape().dim(axis) + 1) / 2));
      case 1 -> Ops.pad(a, axis, random.nextInt(3), random.nextInt(2));
      default -> Ops.broadcastTo(a, Shape.of(2).append(a.shape()));
    };
  }

  private Expr folded(Expr a) {
    List<Integer> axes =
        IntStream.range(0, a.shape().rank()).filter(i -> random.nextBoolean()).boxed().toList();
    boolean keep = random.nextBoolean();
    return switch (random.nextInt(3)) {
      case 0 -> Ops.tanh(Ops.sum(a, axes, keep));
      case 1 -> Ops.mean(a, axes, keep);
      default -> Ops.reduceMax(a, axes, keep);
    };
  }

  private Expr rows(Expr a) {
    return switch (random.nextInt(3)) {
      case 0 -> Ops.softmax(a);
      case 1 -> Ops.mul(Ops.logSoftmax(a), Ops.constant(a, 0.25));
      default -> a.shape().dim(0) > 1 ? Ops.gather(a, indices, 0) : Ops.softmax(a);
    };
  }

  private Expr chosen(Expr a) {
    boolean fits =
        a.shape().broadcastsTo(condition.shape()) || condition.shape().broadcastsTo(a.shape());
    return fits ? Ops.select(condition, a, Ops.neg(a)) : unary(a);
  }

  /** A value that is no view of a parameter: an update would write over what the caller sees. */
  private Expr visible(Expr e) {
    Value base = e.value();
    while (base instanceof Value.Result r && b.nodes().get(r.node()).isView()) {
      base = b.nodes().get(r.node()).inputs().getFirst();
    }
    return base instanceof Value.Parameter ? Ops.neg(e) : e;
  }

  private void outputs() {
    b.output("last", visible(pool.getLast()));
    b.output("some", visible(pick()));
    b.output("view", Ops.reshape(visible(pick()), -1));
    b.output("source", sources.get(random.nextInt(3)));
    b.output("dying", unary(unary(pick())));
  }

  /** Of four rows, from the last matrix that has them. */
  private Expr scores() {
    return pool.reversed().stream()
        .filter(e -> e.shape().rank() == 2 && e.shape().dim(0) == 4 && e.shape().dim(1) > 1)
        .findFirst()
        .orElseThrow();
  }

  /** A layer as wide as a vector or more, so that loops for whole vectors have work too. */
  private Expr layer() {
    Expr product = Ops.matmul(sources.get(0), weights);
    return Ops.tanh(Ops.add(product, bias));
  }

  /** A gradient step for w by SGD with momentum and for v by Adam, and a running mean of x. */
  private void train() {
    Expr loss = Ops.add(Ops.mean(pool.getLast()), Ops.mean(Ops.square(pick())));
    loss = Ops.add(loss, Ops.mean(Ops.crossEntropy(scores(), labels)));
    loss = Ops.add(loss, Ops.mean(Ops.square(layer())));
    Expr w = sources.get(3);
    Expr v = sources.get(4);
    List<Expr> d = Autodiff.gradients(loss, List.of(w, v, sources.get(0), weights, bias));
    b.output("loss", loss);
    b.output("dx", d.get(2));
    Expr rate = b.input("rate", TensorType.f32());
    Expr velocity = b.state("velocity", w.type());
    var sgd = b.applyAll(new Update.Sgd(0.5, true, 0.1), List.of(w, d.get(0), rate, velocity));
    b.update(w, sgd.get(0));
    b.update(velocity, sgd.get(1));
    Update.Sgd plain = new Update.Sgd(0, false, 0);
    b.update(weights, b.apply(plain, weights, d.get(3), rate));
    b.update(bias, b.apply(plain, bias, d.get(4), rate));
    Expr m = b.state("m", v.type());
    Expr s = b.state("s", v.type());
    Expr t = b.state("t", TensorType.i64());
    Expr step = Ops.add(t, Ops.constant(t, 1));
    Update.Adam rule = new Update.Adam(0.5, 0.75, 0.1, 0, false);
    var adam = b.applyAll(rule, List.of(v, d.get(1), rate, m, Ops.square(s), step));
    b.update(v, adam.get(0));
    b.update(m, adam.get(1));
    b.update(t, step);
    Expr mean = b.state("mean", sources.get(0).type());
    Expr next = Ops.mul(Ops.add(mean, sources.get(0)), Ops.constant(mean, 0.5));
    b.update(mean, Ops.assign(mean, next));
  }
}
