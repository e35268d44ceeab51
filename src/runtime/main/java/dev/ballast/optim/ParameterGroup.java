package dev.ballast.optim;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Parameters that are not trained as the others are, chosen by their names. */
public sealed interface ParameterGroup {
  /** What the names look like: {@code *} stands for any characters, {@code ?} for one. */
  String pattern();

  default boolean matches(String name) {
    String regex = Pattern.quote(pattern()).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.matches(regex, name);
  }

  /** Not trained: no gradient is computed for them, nothing is remembered, they stay. */
  record Frozen(String pattern) implements ParameterGroup {}

  /**
   * Trained in a way of their own.
   *
   * @param rateFactor what the learning rate is multiplied by
   * @param weightDecay in place of the optimizer's, if given
   */
  record Tuned(String pattern, double rateFactor, OptionalDouble weightDecay)
      implements ParameterGroup {
    public Tuned {
      Range.notNegative("rate factor", rateFactor);
      weightDecay.ifPresent(d -> Range.notNegative("weight decay", d));
    }

    /** The optimizer as it is for this group. */
    Optimizer tuned(Optimizer o) {
      return weightDecay.isPresent() ? o.withWeightDecay(weightDecay.getAsDouble()) : o;
    }

    Expr scaled(Expr rate) {
      return rateFactor == 1 ? rate : Ops.mul(rate, Ops.constant(rate, rateFactor));
    }
  }
}
