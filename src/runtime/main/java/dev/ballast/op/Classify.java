package dev.ballast.op;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.exp;
import static dev.ballast.op.Ops.mul;
import static dev.ballast.op.Ops.oneHot;
import static dev.ballast.op.Ops.reshape;
import static dev.ballast.op.Ops.softmax;
import static dev.ballast.op.Ops.sub;
import static dev.ballast.op.Ops.sum;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Rows;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Functions over the classes, the last axis. All subtract the row's largest score first. */
public sealed interface Classify extends BuiltIn {
  /** Demands scores of at least rank 1. */
  default void scores(TensorType x) {
    floating(x);
    if (x.shape().rank() < 1) {
      throw misfit("needs an axis of classes, not " + x);
    }
  }

  /** Demands one label for each row of scores. */
  default void labels(TensorType x, TensorType labels) {
    integral(labels);
    if (!labels.shape().equals(rows(x))) {
      throw misfit("labels " + labels + " do not fit scores " + x + ": one a row is needed");
    }
  }

  /** The shape without its classes. */
  static Shape rows(TensorType x) {
    return x.shape().slice(0, x.shape().rank() - 1);
  }

  private static Expr sumOverClasses(Expr e) {
    return sum(e, List.of(e.shape().rank() - 1), true);
  }

  /** Demands scores, labels and a number for each row; returns the type of the scores. */
  default TensorType rowGradients(List<TensorType> inputs) {
    TensorType x = inputs.getFirst();
    scores(x);
    labels(x, inputs.get(1));
    if (!inputs.get(2).equals(x.withShape(rows(x)))) {
      throw misfit("row gradients " + inputs.get(2) + " do not fit scores " + x);
    }
    return x;
  }

  /**
   * The rule of d = (softmax(x) − onehot(label)) · g, whose inputs are x, labels and g.
   *
   * @param u ∂L/∂d
   * @param more what else contributes to ∂L/∂x
   */
  private static void differentiateGradient(Backprop b, Expr u, Optional<Expr> more) {
    Expr p = softmax(b.in(0));
    List<Integer> column = new ArrayList<>();
    for (int d : b.in(2).shape().dims()) {
      column.add(d);
    }
    column.add(1);
    Expr g = reshape(b.in(2), Shape.of(column));
    Expr dx = mul(g, mul(p, sub(u, sumOverClasses(mul(u, p)))));
    b.contribute(0, more.map(m -> add(m, dx)).orElse(dx));
    Expr residual = sub(p, oneHot(b.in(1), p.shape().dim(-1), p.type().dtype()));
    b.contribute(2, sum(mul(u, residual), List.of(u.shape().rank() - 1), false));
  }

  /** y_c = e^{x_c} / Σ_k e^{x_k}; ∂L/∂x = y ⊙ (g − Σ g ⊙ y). Keeps the output. */
  record Softmax() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      scores(inputs.getFirst());
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      Expr inner = sumOverClasses(mul(b.dout(), b.out()));
      b.contribute(0, mul(b.out(), sub(b.dout(), inner)));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 5 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return overInputsOfSameType(inputs);
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.softmax(s.in(0), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceSoftmax(s.in(0), s.out());
    }
  }

  /**
   * The softmax of what comes no later: row t of the T rows in [.., T, C] has its C columns up to t
   * + C − T, and zeros behind them. T is at most C. The gradient is that of {@link Softmax}, since
   * what is zero takes no part in it. Keeps the output.
   */
  record CausalSoftmax() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      TensorType x = inputs.getFirst();
      floating(x);
      if (x.shape().rank() < 2 || x.shape().dim(-2) > x.shape().dim(-1)) {
        throw misfit("needs rows of at least as many columns as there are rows, not " + x);
      }
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      Expr inner = sumOverClasses(mul(b.dout(), b.out()));
      b.contribute(0, mul(b.out(), sub(b.dout(), inner)));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 5 * inputs.getFirst().elements() / 2;
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return overInputsOfSameType(inputs);
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.causalSoftmax(s.in(0), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceCausalSoftmax(s.in(0), s.out());
    }
  }

  /** y_c = x_c − log Σ_k e^{x_k}; ∂L/∂x = g − e^y Σ g. Keeps the output. */
  record LogSoftmax() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      scores(inputs.getFirst());
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, sub(b.dout(), mul(exp(b.out()), sumOverClasses(b.dout()))));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 5 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return overInputsOfSameType(inputs);
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.logSoftmax(s.in(0), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceLogSoftmax(s.in(0), s.out());
    }
  }

  /**
   * loss[B] of scores x[B,C] and integer labels[B]: log Σ_c e^{x_c} − x_label. ∂L/∂x = (softmax(x)
   * − onehot(label)) · g, as one fused op. Keeps both inputs; the probabilities are never stored.
   */
  record CrossEntropy() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      scores(inputs.getFirst());
      labels(inputs.getFirst(), inputs.getLast());
      return List.of(inputs.getFirst().withShape(rows(inputs.getFirst())));
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(
          0, b.dout().builder().apply(new CrossEntropyGradient(), b.in(0), b.in(1), b.dout()));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 4 * inputs.getFirst().elements();
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.crossEntropy(s.in(0), s.in(1), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceCrossEntropy(s.in(0), s.in(1), s.out());
    }
  }

  /**
   * d[B,C] = (softmax(x) − onehot(label)) · g[B]. With p = softmax(x) and u = ∂L/∂d: ∂L/∂x = g p ⊙
   * (u − Σ u ⊙ p), ∂L/∂g = Σ u ⊙ (p − onehot). Keeps its inputs.
   */
  record CrossEntropyGradient() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(3, inputs);
      return List.of(rowGradients(inputs));
    }

    @Override
    public void gradient(Backprop b) {
      differentiateGradient(b, b.dout(), Optional.empty());
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 6 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.crossEntropyGradient(s.in(0), s.in(1), s.in(2), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceCrossEntropyGradient(s.in(0), s.in(1), s.in(2), s.out());
    }
  }

  /**
   * Both at once, so that the scores are read once: from x[B,C], labels[B] and g[B] the loss[B] of
   * {@link CrossEntropy} and the d[B,C] of {@link CrossEntropyGradient}. Made where a graph is
   * planned. Keeps its inputs.
   */
  record CrossEntropyWithGradient() implements Classify {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(3, inputs);
      TensorType d = rowGradients(inputs);
      return List.of(inputs.get(2), d);
    }

    @Override
    public void gradient(Backprop b) {
      Expr ofLoss =
          b.dout()
              .builder()
              .apply(new CrossEntropyGradient(), b.in(0), b.in(1), b.douts().getFirst());
      differentiateGradient(b, b.douts().get(1), Optional.of(ofLoss));
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 6 * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(1, 0));
    }

    @Override
    public Kernel bind(Slices s) {
      return Rows.crossEntropyWithGradient(s.in(0), s.in(1), s.in(2), s.out(0), s.out(1));
    }

    @Override
    public Kernel reference(Slices s) {
      return Rows.referenceCrossEntropyWithGradient(s.in(0), s.in(1), s.in(2), s.out(0), s.out(1));
    }
  }
}
