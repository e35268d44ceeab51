package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** How gradients change parameters: a step is more graph. Semantics and defaults are PyTorch's. */
public sealed interface Optimizer {
  double learningRate();

  /**
   * Emits the update of one parameter.
   *
   * @param rate the learning rate, a scalar
   * @param step how many steps were taken, this one counted: i64, a scalar
   */
  void emit(GraphBuilder b, Expr parameter, Expr gradient, Expr rate, Expr step);

  /** Whether {@link #emit} reads the step. */
  boolean counts();

  /** Emits the updates of all parameters, and of the step counter where there is one. */
  default void emitAll(GraphBuilder b, List<Expr> parameters, List<Expr> gradients, Expr rate) {
    Expr step = rate;
    if (counts()) {
      Expr before = b.state("optimizer.step", TensorType.i64());
      step = Ops.add(before, b.constant(Literal.of(TensorType.i64(), 1)));
      b.update(before, step);
    }
    for (int i = 0; i < parameters.size(); i++) {
      emit(b, parameters.get(i), gradients.get(i), rate, step);
    }
  }

  private static Expr stateLike(GraphBuilder b, String kind, Expr parameter) {
    return b.state(kind + "." + parameter.value().name(), parameter.type());
  }

  /** Stochastic gradient descent; see {@link Update.Sgd}. */
  record Sgd(double learningRate, double momentum, boolean nesterov, double weightDecay)
      implements Optimizer {
    public Sgd {
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException("sgd: Nesterov's form needs a momentum above 0");
      }
    }

    public static Sgd of(double learningRate) {
      return new Sgd(learningRate, 0, false, 0);
    }

    public Sgd withMomentum(double newMomentum) {
      return new Sgd(learningRate, newMomentum, nesterov, weightDecay);
    }

    @Override
    public boolean counts() {
      return false;
    }

    @Override
    public void emit(GraphBuilder b, Expr p, Expr gradient, Expr rate, Expr step) {
      Update.Sgd op = new Update.Sgd(momentum, nesterov, weightDecay);
      if (momentum == 0) {
        b.update(p, b.apply(op, p, gradient, rate));
        return;
      }
      Expr velocity = stateLike(b, "velocity", p);
      List<Expr> next = b.applyAll(op, List.of(p, gradient, rate, velocity));
      b.update(p, next.getFirst());
      b.update(velocity, next.getLast());
    }
  }

  /** Adam, or AdamW where {@code decoupled}; see {@link Update.Adam}. */
  record Adam(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled)
      implements Optimizer {

    /** torch.optim.Adam with its defaults. */
    public static Adam of(double learningRate) {
      return new Adam(learningRate, 0.9, 0.999, 1e-8, 0, false);
    }

    /** torch.optim.AdamW with its defaults. */
    public static Adam decoupled(double learningRate) {
      return new Adam(learningRate, 0.9, 0.999, 1e-8, 0.01, true);
    }

    @Override
    public boolean counts() {
      return true;
    }

    @Override
    public void emit(GraphBuilder b, Expr p, Expr gradient, Expr rate, Expr step) {
      Expr mean = stateLike(b, "mean", p);
      Expr square = stateLike(b, "square", p);
      Update.Adam op = new Update.Adam(beta1, beta2, epsilon, weightDecay, decoupled);
      List<Expr> next = b.applyAll(op, List.of(p, gradient, rate, mean, square, step));
      b.update(p, next.getFirst());
      b.update(mean, next.get(1));
      b.update(square, next.getLast());
    }
  }
}
