package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import java.util.Optional;

/**
 * One parameter in the middle of a training step.
 *
 * @param gradient ∂L/∂parameter, clipped where there is clipping
 * @param rate the learning rate, a scalar
 * @param counter how many steps were taken, this one counted: i64, a scalar; empty where the
 *     optimizer does not count
 */
public record ParameterStep(
    GraphBuilder builder, Expr parameter, Expr gradient, Expr rate, Optional<Expr> counter) {
  /** Memory of the parameter's own shape, zero before the first step. */
  Expr state(String kind) {
    return builder.state(kind + "." + parameter.value().name(), parameter.type());
  }

  /** The number of the step, from 1. */
  Expr count() {
    return counter.orElseThrow();
  }

  /** A number in the parameter's dtype. */
  Expr number(double value) {
    return Ops.constant(parameter, value);
  }

  /** The gradient with the derivative of λ/2 ‖p‖²: weight decay as a penalty. */
  Expr penalized(double weightDecay) {
    return weightDecay == 0 ? gradient : Ops.add(gradient, times(weightDecay, parameter));
  }

  Expr times(double factor, Expr e) {
    return Ops.mul(number(factor), e);
  }

  /**
   * Lets a state become {@code kept · state + (1 − kept) · fresh}, an exponential moving average,
   * and returns that.
   */
  Expr average(double kept, Expr state, Expr fresh) {
    return updated(state, Ops.add(state, times(1 - kept, Ops.sub(fresh, state))));
  }

  /** Lets a state become {@code kept · state + fresh}, and returns that. */
  Expr accumulate(double kept, Expr state, Expr fresh) {
    return updated(state, Ops.add(state, Ops.sub(fresh, times(1 - kept, state))));
  }

  /**
   * Gives a state its new content.
   *
   * @param next an elementwise op on the state itself, so that it can be written over it
   */
  Expr updated(Expr state, Expr next) {
    builder.update(state, next);
    return next;
  }

  /** The parameter becomes p − rate · direction. */
  void descend(Expr direction) {
    updated(parameter, Ops.sub(parameter, Ops.mul(rate, direction)));
  }
}
