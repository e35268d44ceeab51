package dev.ballast.train;

/** Training whose loss is no longer a number: nothing that follows would be of use. */
public final class DivergedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  DivergedException(int epoch, int step, double loss, double learningRate) {
    super(
        "the loss is "
            + loss
            + " at epoch "
            + epoch
            + ", step "
            + step
            + ": training has diverged; try a learning rate below "
            + learningRate
            + ", or look for bad numbers in the data");
  }
}
