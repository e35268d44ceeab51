package dev.ballast.cli.report;

import dev.ballast.train.TrainingRun;
import java.util.Locale;
import java.util.Optional;

/** A run in a sentence. */
final class Headline {
  private final RunReport report;

  Headline(RunReport report) {
    this.report = report;
  }

  /** {@code 97.82 % of 10,000 test examples right, loss 0.0712, after epoch 2 of 2}. */
  String text() {
    String examples = Html.count(report.examples()) + " test examples";
    String loss = " " + Html.number(report.result().loss());
    String result =
        report.result().accuracy().isPresent()
            ? Html.percent(report.result().accuracy()) + " of " + examples + " right, loss" + loss
            : "Loss" + loss + " on " + examples + error().map(e -> ", " + e).orElse("");
    int last = report.run().epochs().size();
    if (last == 0) {
      return result + ", with no epoch of training";
    }
    return result + ", after epoch " + report.run().bestEpoch().orElse(last) + " of " + last;
  }

  private Optional<String> error() {
    return report.outcome() instanceof Outcome.Numbers n && n.outputs().size() + n.more() == 1
        ? Optional.of(
            "root mean square error "
                + Html.number(n.outputs().getFirst().errors().rootMeanSquaredError()))
        : Optional.empty();
  }

  /** Why the run ended. */
  String end() {
    TrainingRun.End end = report.run().end();
    String why = "Training ended because " + end.reason() + ".";
    boolean repeats = end == TrainingRun.End.FINISHED || end == TrainingRun.End.PATIENCE;
    return repeats
        ? why
        : why + " The command below would not stop there; --epochs N says where to.";
  }

  /** {@code 12.3 s}, {@code 4 min 05 s}, {@code 7 h 12 min}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }
}
