package dev.ballast.optim;

/**
 * How a gradient changes a parameter: a step is more graph. Semantics and defaults are PyTorch's;
 * Lion's, which PyTorch does not have, are those of its paper.
 */
public sealed interface Optimizer permits Sgd, Adam, RmsProp, Adagrad, Adadelta, Lion {
  /** Where a schedule starts from. */
  double learningRate();

  double weightDecay();

  /** The same with another weight decay, for a group of parameters. */
  Optimizer withWeightDecay(double newWeightDecay);

  /** Whether {@link #emit} reads {@link ParameterStep#count}. */
  boolean counts();

  /** Emits the update of one parameter and of what is remembered for it. */
  void emit(ParameterStep s);
}
