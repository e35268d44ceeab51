package dev.ballast.cli;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What each epoch of a run gave, as a text for a model file: a line an epoch under the names of the
 * columns, a dash for what there is not.
 */
final class History {
  private static final String HEAD = "epoch train_loss judged_loss judged_accuracy steps seconds";
  private static final String ABSENT = "-";

  private History() {}

  static String text(List<Epoch> run) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Epoch e : run) {
      OptionalDouble accuracy =
          e.evaluation().map(Evaluation::accuracy).orElse(OptionalDouble.empty());
      text.append('\n')
          .append(e.number())
          .append(' ')
          .append(e.trainLoss())
          .append(' ')
          .append(e.evaluation().map(v -> Double.toString(v.loss())).orElse(ABSENT))
          .append(' ')
          .append(accuracy.isPresent() ? Double.toString(accuracy.getAsDouble()) : ABSENT)
          .append(' ')
          .append(e.steps())
          .append(' ')
          .append(e.seconds());
    }
    return text.toString();
  }

  /**
   * @throws IllegalArgumentException where it is not as {@link #text} makes it
   */
  static List<Epoch> of(String text) {
    List<Epoch> run = new ArrayList<>();
    int columns = HEAD.split(" ").length;
    for (String line : text.lines().skip(1).toList()) {
      String[] cells = line.split(" ");
      if (cells.length != columns) {
        throw new IllegalArgumentException("the history has the line '" + line + "'");
      }
      Optional<Evaluation> judged =
          cells[2].equals(ABSENT)
              ? Optional.empty()
              : Optional.of(
                  new Evaluation(
                      Double.parseDouble(cells[2]),
                      cells[3].equals(ABSENT)
                          ? OptionalDouble.empty()
                          : OptionalDouble.of(Double.parseDouble(cells[3]))));
      run.add(
          new Epoch(
              Integer.parseInt(cells[0]),
              Double.parseDouble(cells[1]),
              Double.parseDouble(cells[5]),
              Integer.parseInt(cells[4]),
              0,
              judged));
    }
    return run;
  }
}
