package dev.ballast.train;

import dev.ballast.runtime.AnomalyException;

/** Training whose loss is no longer a number: nothing that follows would be of use. */
public final class DivergedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private DivergedException(String message, Throwable cause) {
    super(message, cause);
  }

  static DivergedException ofLoss(int epoch, int step, double loss, double learningRate) {
    return new DivergedException(
        "the loss is %s at epoch %d, step %d: training has diverged; try a learning rate below %s,"
                .formatted(loss, epoch, step, learningRate)
            + " or look for bad numbers in the data",
        null);
  }

  static DivergedException ofStep(long step, double loss, double learningRate) {
    return new DivergedException(
        ("the loss is %s at step %d: back at the weights that were kept last; try a learning rate"
                + " below %s, or look for bad numbers in the examples")
            .formatted(loss, step, learningRate),
        null);
  }

  static DivergedException ofWeights(long step, String parameter, double learningRate) {
    return new DivergedException(
        ("parameter '%s' is not finite after step %d: back at the weights that were kept last; try"
                + " a learning rate below %s, or look for bad numbers in the examples")
            .formatted(parameter, step, learningRate),
        null);
  }

  static DivergedException ofAnomaly(int epoch, int step, AnomalyException found) {
    return new DivergedException(
        "at epoch %d, step %d: %s".formatted(epoch, step, found.getMessage()), found);
  }

  /** Whether the op that made the first NaN or infinity is known and named. */
  public boolean namesOp() {
    return getCause() instanceof AnomalyException;
  }
}
