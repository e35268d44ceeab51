package dev.ballast.kernel;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;

/** Optimizer steps. New contents may lie exactly over the old ones. */
public final class Updates {
  /** As {@link #sgd}, on floats. */
  interface SgdKernels {
    Kernel bind(SgdRule rule, Slice p, Slice g, Slice rate, Slice v, Slice pOut, Slice vOut);

    /** Steps in place, for gradients that come in rows of tiles. */
    TileFinish finish(SgdRule rule, Slice p, Slice rate, Slice v);
  }

  /** As {@link #adam}, on floats. */
  interface AdamKernels {
    Kernel bind(
        AdamRule rule,
        Slice p,
        Slice g,
        Slice rate,
        Slice m,
        Slice v,
        Slice t,
        Slice pOut,
        Slice mOut,
        Slice vOut);
  }

  private Updates() {}

  /** Coefficients of stochastic gradient descent, with PyTorch's meaning. */
  public record SgdRule(double momentum, boolean nesterov, double weightDecay) {}

  /** Coefficients of Adam, with PyTorch's meaning; AdamW where {@code decoupled}. */
  public record AdamRule(
      double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {}

  /**
   * d = g + λp; v' = μv + d; p' = p − η·v', or p − η·(d + μv') under Nesterov. Without momentum
   * {@code v} and {@code vOut} are not touched and may be any slices.
   */
  public static Kernel sgd(
      SgdRule rule, Slice p, Slice g, Slice rate, Slice v, Slice pOut, Slice vOut) {
    boolean momentum = rule.momentum() != 0;
    if (!FloatLoops.serves(p, g, rate, pOut) || momentum && !FloatLoops.serves(v, vOut)) {
      return referenceSgd(rule, p, g, rate, v, pOut, vOut);
    }
    return Warmed.of(
        sgdLoop(rule).bind(rule, p, g, rate, v, pOut, vOut), rule, n -> smallSgd(rule, n));
  }

  private static Kernel smallSgd(SgdRule rule, int n) {
    Slice p = Warmed.floats(n);
    Slice v = Warmed.floats(n);
    return sgdLoop(rule).bind(rule, p, Warmed.floats(n), Warmed.floats(), v, p, v);
  }

  /** The loop for a rule, where there are vectors. */
  static SgdKernels sgdLoop(SgdRule rule) {
    boolean momentum = rule.momentum() != 0;
    int variant =
        (momentum ? SgdLoop.MOMENTUM : 0)
            | (momentum && rule.nesterov() ? SgdLoop.NESTEROV : 0)
            | (rule.weightDecay() != 0 ? SgdLoop.DECAY : 0);
    return FloatLoops.loop(SgdKernels.class, SgdLoop.class, variant);
  }

  /**
   * m' = β₁m + (1−β₁)g; v' = β₂v + (1−β₂)g²; p' = p − η·m̂ / (√v̂ + ε), with the bias corrections
   * of step t, which counts from 1.
   */
  public static Kernel adam(
      AdamRule rule,
      Slice p,
      Slice g,
      Slice rate,
      Slice m,
      Slice v,
      Slice t,
      Slice pOut,
      Slice mOut,
      Slice vOut) {
    if (!FloatLoops.serves(p, g, rate, m, v, pOut, mOut, vOut)) {
      return referenceAdam(rule, p, g, rate, m, v, t, pOut, mOut, vOut);
    }
    AdamKernels loop = FloatLoops.loop(AdamKernels.class, AdamLoop.class);
    return Warmed.of(
        loop.bind(rule, p, g, rate, m, v, t, pOut, mOut, vOut),
        loop,
        n -> smallAdam(loop, rule, n));
  }

  private static Kernel smallAdam(AdamKernels loop, AdamRule rule, int n) {
    Slice p = Warmed.floats(n);
    Slice m = Warmed.floats(n);
    Slice v = Warmed.floats(n);
    Slice step = Slice.allocate(TensorType.i64(), Arena.ofAuto());
    step.set(0, 1);
    return loop.bind(rule, p, Warmed.floats(n), Warmed.floats(), m, v, step, p, m, v);
  }

  public static Kernel referenceSgd(
      SgdRule rule, Slice p, Slice g, Slice rate, Slice v, Slice pOut, Slice vOut) {
    boolean momentum = rule.momentum() != 0;
    return () -> {
      double eta = rate.get(0);
      for (long i = 0; i < p.elements(); i++) {
        double d = g.get(i) + rule.weightDecay() * p.get(i);
        double step = d;
        if (momentum) {
          double velocity = rule.momentum() * v.get(i) + d;
          step = rule.nesterov() ? d + rule.momentum() * velocity : velocity;
          vOut.set(i, velocity);
        }
        pOut.set(i, p.get(i) - eta * step);
      }
    };
  }

  public static Kernel referenceAdam(
      AdamRule rule,
      Slice p,
      Slice g,
      Slice rate,
      Slice m,
      Slice v,
      Slice t,
      Slice pOut,
      Slice mOut,
      Slice vOut) {
    double b1 = rule.beta1();
    double b2 = rule.beta2();
    return () -> {
      double eta = rate.get(0);
      double decayed = rule.decoupled() ? 1 - eta * rule.weightDecay() : 1;
      double coupled = rule.decoupled() ? 0 : rule.weightDecay();
      double correction1 = 1 - Math.pow(b1, t.get(0));
      double correction2 = Math.sqrt(1 - Math.pow(b2, t.get(0)));
      for (long i = 0; i < p.elements(); i++) {
        double d = g.get(i) + coupled * p.get(i);
        double mean = b1 * m.get(i) + (1 - b1) * d;
        double square = b2 * v.get(i) + (1 - b2) * d * d;
        mOut.set(i, mean);
        vOut.set(i, square);
        double denominator = Math.sqrt(square) / correction2 + rule.epsilon();
        pOut.set(i, decayed * p.get(i) - eta / correction1 * mean / denominator);
      }
    };
  }
}
