package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Movement;
import dev.ballast.kernel.SgdProduct;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.Updates;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * New contents for parameters and states, written over the old ones. The learning rate is an input,
 * a scalar, so that a schedule can change it between runs.
 */
public sealed interface Update extends BuiltIn {
  @Override
  default void gradient(Backprop b) {
    throw new UnsupportedOperationException(
        name()
            + ": an update has no gradient; take gradients before the optimizer's step is added");
  }

  /** Demands that all given inputs have the type of the first. */
  default void allLikeFirst(List<TensorType> inputs) {
    for (TensorType t : inputs) {
      if (!t.equals(inputs.getFirst())) {
        throw misfit("parameter " + inputs.getFirst() + " and " + t + " must have one type");
      }
    }
  }

  /** Demands a scalar. */
  default void scalar(String what, TensorType type) {
    if (!type.shape().equals(Shape.SCALAR)) {
      throw misfit(what + " must be a scalar, not " + type);
    }
  }

  /** target := value. */
  record Assign() implements Update {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      allLikeFirst(inputs);
      return List.of(inputs.getFirst());
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return 0;
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0), new InPlace(0, 1));
    }

    @Override
    public Kernel reference(Slices s) {
      return Movement.copy(s.in(1), s.out());
    }
  }

  /**
   * Stochastic gradient descent: inputs p, ∂L/∂p, rate[, velocity]; results p′[, velocity′]. As
   * torch.optim.SGD with dampening 0: d = g + λp; v′ = μv + d; p′ = p − η·v′, or p − η·(d + μv′)
   * with Nesterov's momentum.
   */
  record Sgd(double momentum, boolean nesterov, double weightDecay) implements Update {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(momentum == 0 ? 3 : 4, inputs);
      TensorType p = inputs.getFirst();
      scalar("the learning rate", inputs.get(2));
      floating(p);
      if (momentum == 0) {
        allLikeFirst(List.of(p, inputs.get(1)));
        return List.of(p);
      }
      allLikeFirst(List.of(p, inputs.get(1), inputs.get(3)));
      return List.of(p, p);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      long perElement =
          2 + (momentum == 0 ? 0 : 2) + (nesterov ? 2 : 0) + (weightDecay == 0 ? 0 : 2);
      return perElement * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return momentum == 0
          ? List.of(new InPlace(0, 0))
          : List.of(new InPlace(0, 0), new InPlace(1, 3));
    }

    private Kernel kernel(Slices s, boolean reference) {
      var rule = new Updates.SgdRule(momentum, nesterov, weightDecay);
      var v = momentum == 0 ? s.in(0) : s.in(3);
      var next = momentum == 0 ? s.out(0) : s.out(1);
      return reference
          ? Updates.referenceSgd(rule, s.in(0), s.in(1), s.in(2), v, s.out(0), next)
          : Updates.sgd(rule, s.in(0), s.in(1), s.in(2), v, s.out(0), next);
    }

    @Override
    public Kernel bind(Slices s) {
      return kernel(s, false);
    }

    @Override
    public Kernel reference(Slices s) {
      return kernel(s, true);
    }
  }

  /**
   * Adam (Kingma and Ba 2015): inputs p, ∂L/∂p, rate, m, v, step (from 1); results p′, m′, v′. With
   * {@code decoupled} the weight decay is AdamW's (Loshchilov and Hutter 2019): p shrinks by 1 −
   * ηλ; otherwise λp is added to the gradient. As torch.optim.Adam and AdamW.
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
      implements Update {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(6, inputs);
      TensorType p = inputs.getFirst();
      floating(p);
      allLikeFirst(List.of(p, inputs.get(1), inputs.get(3), inputs.get(4)));
      scalar("the learning rate", inputs.get(2));
      scalar("the step", inputs.get(5));
      integral(inputs.get(5));
      return List.of(p, p, p);
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return (weightDecay == 0 ? 12 : 14) * inputs.getFirst().elements();
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0), new InPlace(1, 3), new InPlace(2, 4));
    }

    private Updates.AdamRule rule() {
      return new Updates.AdamRule(beta1, beta2, epsilon, weightDecay, decoupled);
    }

    @Override
    public Kernel bind(Slices s) {
      return Updates.adam(
          rule(), s.in(0), s.in(1), s.in(2), s.in(3), s.in(4), s.in(5), s.out(0), s.out(1),
          s.out(2));
    }

    @Override
    public Kernel reference(Slices s) {
      return Updates.referenceAdam(
          rule(), s.in(0), s.in(1), s.in(2), s.in(3), s.in(4), s.in(5), s.out(0), s.out(1),
          s.out(2));
    }
  }

  /**
   * {@link Sgd} whose gradient is the product A·B of two matrices, A stored as [K,M] with {@code
   * transposeA}: inputs p, A, B, rate[, velocity]; results p′[, velocity′]. Each piece of the
   * product changes its piece of the parameter while it is still in registers, so that the gradient
   * is never in memory.
   */
  record MatMulSgd(boolean transposeA, double momentum, boolean nesterov, double weightDecay)
      implements Update {
    private Sgd sgd() {
      return new Sgd(momentum, nesterov, weightDecay);
    }

    private Product.MatMul product() {
      return new Product.MatMul(transposeA, false);
    }

    private List<TensorType> asSgd(List<TensorType> inputs) {
      List<TensorType> types = new ArrayList<>(inputs);
      types.remove(2);
      types.set(1, product().infer(inputs.subList(1, 3)).getFirst());
      return types;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(momentum == 0 ? 4 : 5, inputs);
      if (inputs.getFirst().shape().rank() != 2) {
        throw misfit("the parameter must be a matrix, not " + inputs.getFirst());
      }
      try {
        return sgd().infer(asSgd(inputs));
      } catch (ShapeException e) {
        throw misfit(e.getMessage());
      }
    }

    @Override
    public long flops(List<TensorType> inputs) {
      return product().flops(inputs.subList(1, 3)) + sgd().flops(asSgd(inputs));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return momentum == 0
          ? List.of(new InPlace(0, 0, true))
          : List.of(new InPlace(0, 0, true), new InPlace(1, 4, true));
    }

    private Updates.SgdRule rule() {
      return new Updates.SgdRule(momentum, nesterov, weightDecay);
    }

    /** Whether one kernel does both faster than two would. */
    public static boolean serves(TensorType p) {
      return SgdProduct.serves(p);
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return SgdProduct.workspaceBytes(inputs.getFirst());
    }

    @Override
    public Kernel bind(Slices s) {
      return SgdProduct.bind(transposeA, rule(), s);
    }

    @Override
    public Kernel reference(Slices s) {
      return SgdProduct.reference(transposeA, rule(), s);
    }
  }
}
