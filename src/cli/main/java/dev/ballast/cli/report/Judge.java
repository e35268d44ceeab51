package dev.ballast.cli.report;

import dev.ballast.cli.report.Outcome.Miss;
import dev.ballast.cli.report.Outcome.Mistake;
import dev.ballast.cli.report.TestPass.Answers;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Compares a model's answers with the truth, in one pass over the test data. */
final class Judge {
  /** Examples that are shown. */
  static final int EXAMPLES = 36;

  /** Numbers of a model that are looked at one by one. */
  static final int OUTPUTS = 3;

  private final TestPass pass;
  private final Dataset data;
  private final List<String> classes;

  private Judge(TestPass pass, Dataset data, List<String> classes) {
    this.pass = pass;
    this.data = data;
    this.classes = classes;
  }

  static Outcome judge(ModelFile model, Dataset data, int batch, List<String> classes) {
    try (TestPass pass = new TestPass(model, data, batch)) {
      return new Judge(pass, data, classes).outcome();
    }
  }

  private Outcome outcome() {
    TensorType target = data.target();
    TensorType answer = pass.answer();
    if (!target.dtype().isFloating()) {
      return target.elements() == 1 && answer.shape().rank() == 1
          ? labels()
          : new Outcome.Other("It gives several labels for each example.");
    }
    if (pass.hasProbabilities()) {
      return answer.elements() == 1
          ? yesOrNo()
          : new Outcome.Other("It gives several probabilities for each example, one by one.");
    }
    return target.elements() == answer.elements()
        ? numbers()
        : new Outcome.Other("Its result " + answer + " is no guess at the targets " + target + ".");
  }

  private Outcome labels() {
    int count = Math.toIntExact(pass.answer().elements());
    Confusion confusion = new Confusion(classes, count);
    Worst<Mistake> wrong = new Worst<>(EXAMPLES, Mistake::score);
    pass.run(
        (index, row, answers) -> {
          int truth = Math.toIntExact(answers.target().getLong(row));
          // A label of no class marks what is not to be looked at.
          if (truth >= 0 && truth < count) {
            int said = largest(answers.y(), row * (long) count, count);
            confusion.add(truth, said);
            if (said != truth) {
              Slice scores = answers.probabilities().orElse(answers.y());
              wrong.add(new Mistake(index, truth, said, scores.get(row * (long) count + said)));
            }
          }
        });
    return new Outcome.Labels(confusion, wrong.list(), pass.hasProbabilities());
  }

  /** The first of the largest. */
  private static int largest(Slice scores, long from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = scores.get(from + i) > scores.get(from + best) ? i : best;
    }
    return best;
  }

  /** One probability is that of the second of two classes. */
  private Outcome yesOrNo() {
    List<String> names = classes.size() == 2 ? classes : List.of("no", "yes");
    Confusion confusion = new Confusion(names, 2);
    Worst<Mistake> wrong = new Worst<>(EXAMPLES, Mistake::score);
    pass.run(
        (index, row, answers) -> {
          double p = answers.probabilities().orElseThrow().get(row);
          int truth = answers.target().get(row) > 0.5 ? 1 : 0;
          int said = p > 0.5 ? 1 : 0;
          confusion.add(truth, said);
          if (said != truth) {
            wrong.add(new Mistake(index, truth, said, said == 1 ? p : 1 - p));
          }
        });
    return new Outcome.Labels(confusion, wrong.list(), true);
  }

  private Outcome numbers() {
    int width = Math.toIntExact(pass.answer().elements());
    List<Estimates> outputs = new ArrayList<>();
    for (int i = 0; i < Math.min(OUTPUTS, width); i++) {
      outputs.add(new Estimates(new double[data.size()], new double[data.size()]));
    }
    Worst<Miss> worst = new Worst<>(EXAMPLES, Miss::distance);
    pass.run((index, row, answers) -> compare(index, row, answers, outputs, worst));
    return new Outcome.Numbers(outputs, width - outputs.size(), worst.list());
  }

  private static void compare(
      int index, int row, Answers answers, List<Estimates> outputs, Worst<Miss> worst) {
    int width = Answers.width(answers.y());
    for (int o = 0; o < width; o++) {
      double truth = answers.target().get(row * (long) width + o);
      double said = answers.y().get(row * (long) width + o);
      if (o < outputs.size()) {
        outputs.get(o).truth()[index] = truth;
        outputs.get(o).said()[index] = said;
      }
      worst.add(new Miss(index, o, truth, said));
    }
  }
}
