package dev.ballast.cli;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import dev.ballast.train.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows a training run on standard error: a bar that is drawn over itself on a terminal, a line an
 * epoch elsewhere. Draws ten times a second at most, so that it costs nothing.
 */
final class Progress implements TrainingListener {
  private static final int WIDTH = 30;
  private static final long NANOS_BETWEEN = 100_000_000;

  private final PrintWriter err;
  private final boolean terminal;
  private final int epochs;
  private final int batch;
  private final int examples;
  private final String judgedOn;
  private long epochStart = System.nanoTime();
  private long lastDrawn;

  /**
   * @param judgedOn what each epoch is evaluated on: test or validation
   */
  Progress(
      PrintWriter err, boolean terminal, int epochs, int batch, int examples, String judgedOn) {
    this.err = err;
    this.terminal = terminal;
    this.epochs = epochs;
    this.batch = batch;
    this.examples = examples;
    this.judgedOn = judgedOn;
  }

  static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  @Override
  public void onStep(int epoch, int step, int steps, double meanLoss) {
    long now = System.nanoTime();
    if (step == 1) {
      epochStart = now;
    }
    if (!terminal || now - lastDrawn < NANOS_BETWEEN && step < steps) {
      return;
    }
    lastDrawn = now;
    double seconds = Math.max(1e-9, (now - epochStart) / 1e9);
    double speed = step * (double) batch / seconds;
    int done = step * WIDTH / steps;
    err.printf(
        Locale.ROOT,
        "\repoch %d/%d %s%s %4d/%d  loss %.4f  %,.0f examples/s ",
        epoch,
        epochs,
        "█".repeat(done),
        "░".repeat(WIDTH - done),
        step,
        steps,
        meanLoss,
        speed);
    err.flush();
  }

  @Override
  public void onEpoch(Epoch e) {
    String test = e.evaluation().map(this::describe).orElse("");
    err.printf(
        Locale.ROOT,
        "%sepoch %d/%d  loss %.4f%s  %,.0f examples/s  %.2f s%s%n",
        terminal ? "\r" : "",
        e.number(),
        epochs,
        e.trainLoss(),
        test,
        examples / e.seconds(),
        e.seconds(),
        terminal ? " ".repeat(WIDTH) : "");
    err.flush();
  }

  private String describe(Evaluation e) {
    String loss = String.format(Locale.ROOT, "  %s loss %.4f", judgedOn, e.loss());
    return e.accuracy().isPresent()
        ? loss
            + String.format(
                Locale.ROOT, "  %s accuracy %.2f %%", judgedOn, 100 * e.accuracy().getAsDouble())
        : loss;
  }
}
