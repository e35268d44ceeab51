package dev.ballast.bench;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Networks deeper than those under models, and graphs of no shape. */
final class LargeNets {
  static final Loss LOSS = new CrossEntropy();

  private static final int COLUMNS = 16;
  private static final int MOST_ROWS = 96;
  private static final int NODES_A_WEIGHT = 40;

  private LargeNets() {}

  /** Layers of a width, each with its activation. */
  static Model perceptron(int layers, int width) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      body.add(Linear.of("fc" + i, width, width));
      body.add(Activation.RELU);
    }
    body.add(Linear.of("out", width, 10));
    return new Model("perceptron of " + layers, Shape.of(width), new Sequential(body));
  }

  /** Blocks y = x + W₂ relu(W₁ relu(x)), as residual networks before their activations. */
  static Model residual(int blocks, int width) {
    List<Layer> body = new ArrayList<>();
    body.add(Linear.of("in", width, width));
    for (int i = 0; i < blocks; i++) {
      Layer branch =
          Sequential.of(
              Activation.RELU,
              Linear.of("a" + i, width, width),
              Activation.RELU,
              Linear.of("b" + i, width, width));
      body.add((scope, x) -> Ops.add(x, branch.apply(scope, x)));
    }
    body.add(Linear.of("out", width, 10));
    return new Model("residual net of " + blocks, Shape.of(width), new Sequential(body));
  }

  /**
   * Of a seed: products, sums, functions, joins and slices of values of different sizes, some used
   * again much later, and all of them for something. Even seeds get gradients and updates.
   */
  static Graph random(long seed, int forwardNodes) {
    return new RandomNet(seed, forwardNodes).graph(seed % 2 == 0);
  }

  private static final class RandomNet {
    private final Random random;
    private final GraphBuilder b;
    private final List<Expr> weights = new ArrayList<>();
    private final List<Expr> pool = new ArrayList<>();
    private final Set<Expr> unused = new LinkedHashSet<>();

    RandomNet(long seed, int nodes) {
      random = new Random(seed);
      b = new GraphBuilder("random graph " + seed);
      Expr x = b.input("x", TensorType.f32(24, COLUMNS));
      for (int i = 0; i < 1 + nodes / NODES_A_WEIGHT; i++) {
        weights.add(b.parameter("w" + i, TensorType.f32(COLUMNS, COLUMNS)));
      }
      add(Ops.tanh(Ops.matmul(x, weights.getFirst())));
      while (b.nodes().size() < nodes) {
        add(grown());
      }
    }

    private void add(Expr e) {
      pool.add(e);
      unused.add(e);
    }

    private Expr grown() {
      Expr a = picked();
      return switch (random.nextInt(8)) {
        case 0 -> Ops.sigmoid(a);
        case 1 -> Ops.relu(a);
        case 2, 3 -> Ops.tanh(Ops.matmul(a, weights.get(random.nextInt(weights.size()))));
        case 4 -> rows(a) < MOST_ROWS ? Ops.concat(0, a, firstRows(picked(), 24)) : Ops.neg(a);
        case 5 -> firstRows(a, 1 + random.nextInt(rows(a)));
        default -> {
          Expr other = picked();
          int rows = Math.min(rows(a), rows(other));
          yield Ops.add(firstRows(a, rows), firstRows(other, rows));
        }
      };
    }

    private Expr picked() {
      boolean recent = random.nextInt(4) > 0;
      int back = random.nextInt(recent ? Math.min(6, pool.size()) : pool.size());
      Expr e = pool.get(pool.size() - 1 - back);
      unused.remove(e);
      return e;
    }

    private static int rows(Expr e) {
      return e.shape().dim(0);
    }

    private static Expr firstRows(Expr e, int rows) {
      return rows < rows(e) ? Ops.slice(e, 0, 0, rows) : e;
    }

    Graph graph(boolean trained) {
      Expr loss = Ops.mean(pool.getFirst());
      for (Expr e : unused) {
        loss = Ops.add(loss, Ops.mean(Ops.square(e)));
      }
      b.output("loss", loss);
      if (trained) {
        train(loss);
      }
      return b.build();
    }

    private void train(Expr loss) {
      Expr rate = b.input("rate", TensorType.f32());
      List<Expr> gradients = Autodiff.gradients(loss, weights);
      for (int i = 0; i < weights.size(); i++) {
        Expr w = weights.get(i);
        Expr velocity = b.state("velocity" + i, w.type());
        List<Expr> next =
            b.applyAll(new Update.Sgd(0.9, false, 0), List.of(w, gradients.get(i), rate, velocity));
        b.update(w, next.get(0));
        b.update(velocity, next.get(1));
      }
    }
  }
}
