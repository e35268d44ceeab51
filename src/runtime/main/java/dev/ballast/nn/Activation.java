package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Layers without parameters that act on each element, or on the classes. */
public enum Activation implements Layer {
  RELU(Ops::relu),
  SIGMOID(Ops::sigmoid),
  TANH(Ops::tanh),
  GELU(Ops::gelu),
  SOFTPLUS(Ops::softplus),
  SOFTMAX(Ops::softmax),
  LOG_SOFTMAX(Ops::logSoftmax);

  private final UnaryOperator<Expr> function;

  Activation(UnaryOperator<Expr> function) {
    this.function = function;
  }

  /** In lower case with underscores, as model definitions write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException where no activation has that label
   */
  public static Activation of(String label) {
    return Arrays.stream(values())
        .filter(a -> a.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown activation '"
                        + label
                        + "', only "
                        + Arrays.stream(values()).map(Activation::label).toList()));
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.builder().named(label(), () -> function.apply(x));
  }
}
