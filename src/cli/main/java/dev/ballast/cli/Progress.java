package dev.ballast.cli;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import dev.ballast.train.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Shows a training run on standard error. On a terminal that is a bar that is drawn over itself,
 * with the time that is left; it is drawn ten times a second at most, so that it costs nothing.
 * Elsewhere it is a line an epoch, and in long epochs one a minute.
 */
final class Progress implements TrainingListener {
  private static final int WIDEST_BAR = 30;
  private static final int NARROWEST_BAR = 8;
  private static final int DEFAULT_WIDTH = 80;
  private static final long NANOS_BETWEEN_BARS = 100_000_000L;
  private static final long NANOS_BETWEEN_LINES = 60_000_000_000L;

  /**
   * Where progress is shown.
   *
   * @param width columns of a terminal; 0 where it is none
   */
  record Screen(PrintWriter out, int width, LongSupplier nanos) {
    /** Standard error as it is. */
    static Screen of(PrintWriter err) {
      return new Screen(err, isTerminal() ? columns() : 0, System::nanoTime);
    }

    private static boolean isTerminal() {
      return System.console() != null && System.console().isTerminal();
    }

    /** Of the terminal, as the system tells it. */
    private static int columns() {
      int told = CommandSpec.create().usageMessage().autoWidth(true).width();
      return told > 0 ? told : DEFAULT_WIDTH;
    }
  }

  /**
   * The run that is shown.
   *
   * @param judgedOn what each epoch is evaluated on: test or validation
   */
  record Run(int epochs, int batch, int examples, String judgedOn) {}

  private final Screen screen;
  private final Run run;
  private final Pace pace;
  private long lastShown;
  private int drawn;

  Progress(Screen screen, Run run) {
    this.screen = screen;
    this.run = run;
    this.pace = new Pace(run.epochs);
    this.lastShown = screen.nanos.getAsLong() - NANOS_BETWEEN_BARS;
  }

  @Override
  public void onStep(int epoch, int step, int steps, double meanLoss) {
    long now = screen.nanos.getAsLong();
    pace.step(epoch, step, steps, now);
    boolean terminal = screen.width > 0;
    long between = terminal ? NANOS_BETWEEN_BARS : NANOS_BETWEEN_LINES;
    if (now - lastShown < between && !(terminal && step == steps)) {
      return;
    }
    lastShown = now;
    if (terminal) {
      draw(bar(epoch, step, steps, meanLoss));
    } else {
      screen.out.println(
          String.join("  ", head(epoch), count(step, steps), loss(meanLoss), speed(), left())
              .stripTrailing());
    }
    screen.out.flush();
  }

  /** What fits beside each other: the bar gives way first, then speed, then what is left. */
  private String bar(int epoch, int step, int steps, double meanLoss) {
    String told = head(epoch) + " \0 " + count(step, steps) + "  " + loss(meanLoss);
    String all = told + spaced(speed()) + spaced(left());
    int room = screen.width - 1;
    for (String text : new String[] {all, told + spaced(left()), told}) {
      int width = Math.min(WIDEST_BAR, room - text.length() + 1);
      if (width >= NARROWEST_BAR) {
        int done = (int) ((long) step * width / steps);
        return text.replace("\0", "█".repeat(done) + "░".repeat(width - done));
      }
    }
    String plain = told.replace(" \0", "");
    return plain.substring(0, Math.min(plain.length(), Math.max(0, room)));
  }

  private static String spaced(String text) {
    return text.isEmpty() ? "" : "  " + text;
  }

  private String head(int epoch) {
    return "epoch " + epoch + "/" + run.epochs;
  }

  private static String count(int step, int steps) {
    int digits = Integer.toString(steps).length();
    return String.format(Locale.ROOT, "%" + digits + "d/%d", step, steps);
  }

  private static String loss(double meanLoss) {
    return String.format(Locale.ROOT, "loss %.4f", meanLoss);
  }

  private String speed() {
    return pace.perStep().isPresent()
        ? String.format(
            Locale.ROOT,
            "%,.0f examples/s",
            run.batch / Math.max(1e-9, pace.perStep().getAsDouble()))
        : "";
  }

  private String left() {
    return pace.leftOfRun().isPresent()
        ? "left %s, run %s"
            .formatted(
                clock(pace.leftOfEpoch().getAsDouble()), clock(pace.leftOfRun().getAsDouble()))
        : "";
  }

  /** {@code 0:07}, {@code 12:30}, {@code 3:05:00}. */
  static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
  }

  /** Over what was drawn last. */
  private void draw(String text) {
    screen.out.print("\r" + text + " ".repeat(Math.max(0, drawn - text.length())));
    drawn = text.length();
  }

  @Override
  public void onEpoch(Epoch e) {
    lastShown = screen.nanos.getAsLong();
    pace.epoch(lastShown);
    String judged = e.evaluation().map(this::describe).orElse("");
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d/%d  loss %.4f%s  %,.0f examples/s  %.2f s",
            e.number(),
            run.epochs,
            e.trainLoss(),
            judged,
            run.examples / Math.max(1e-9, e.seconds()),
            e.seconds());
    if (screen.width > 0) {
      draw(line);
      screen.out.println();
      drawn = 0;
    } else {
      screen.out.println(line);
    }
    screen.out.flush();
  }

  private String describe(Evaluation e) {
    String loss = String.format(Locale.ROOT, "  %s loss %.4f", run.judgedOn, e.loss());
    return e.accuracy().isPresent()
        ? loss
            + String.format(
                Locale.ROOT,
                "  %s accuracy %.2f %%",
                run.judgedOn,
                100 * e.accuracy().getAsDouble())
        : loss;
  }
}
