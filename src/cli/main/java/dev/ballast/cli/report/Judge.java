package dev.ballast.cli.report;

import dev.ballast.cli.report.Outcome.Miss;
import dev.ballast.cli.report.Outcome.Mistake;
import dev.ballast.cli.report.TestPass.Answers;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.kernel.Slice;
import dev.ballast.metric.ConfusionMatrix;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Compares a model's answers with the truth, in one pass over the test data. */
final class Judge {
  /** Examples that are shown. */
  static final int EXAMPLES = 36;

  /** Numbers of a model that are looked at one by one. */
  static final int OUTPUTS = 3;

  private final TestPass pass;
  private final Dataset data;
  private final List<String> classes;
  private final OptionalInt ignored;

  private Judge(TestPass pass, Dataset data, List<String> classes, OptionalInt ignored) {
    this.ignored = ignored;
    this.pass = pass;
    this.data = data;
    this.classes = classes;
  }

  /**
   * @param ignored the label that does not count, where there is one
   */
  static Outcome judge(
      ModelFile model, Dataset data, int batch, List<String> classes, OptionalInt ignored) {
    try (TestPass pass = new TestPass(model, data, batch)) {
      return new Judge(pass, data, classes, ignored).outcome();
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
    Answered answered = new Answered(data.size());
    Worst<Mistake> wrong = new Worst<>(EXAMPLES, Mistake::score);
    pass.run(
        (index, row, answers) -> {
          int truth = Math.toIntExact(answers.target().getLong(row));
          // A label of no class marks what is not to be looked at, as the loss's ignored label
          // does.
          if (truth >= 0 && truth < count && !isIgnored(truth)) {
            int said = largest(answers.y(), row * (long) count, count);
            answered.add(truth, said);
            if (said != truth) {
              Slice scores = answers.probabilities().orElse(answers.y());
              wrong.add(new Mistake(index, truth, said, scores.get(row * (long) count + said)));
            }
          }
        });
    return new Outcome.Labels(
        answered.confusion(count), classes, wrong.list(), pass.hasProbabilities());
  }

  private boolean isIgnored(int label) {
    return ignored.isPresent() && ignored.getAsInt() == label;
  }

  /** Labels and answers, one after the other. */
  private static final class Answered {
    private final int[] truth;
    private final int[] said;
    private int size;

    Answered(int most) {
      truth = new int[most];
      said = new int[most];
    }

    void add(int label, int answer) {
      truth[size] = label;
      said[size] = answer;
      size++;
    }

    ConfusionMatrix confusion(int classes) {
      return ConfusionMatrix.of(Arrays.copyOf(truth, size), Arrays.copyOf(said, size), classes);
    }
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
    Answered answered = new Answered(data.size());
    Worst<Mistake> wrong = new Worst<>(EXAMPLES, Mistake::score);
    pass.run(
        (index, row, answers) -> {
          double p = answers.probabilities().orElseThrow().get(row);
          int truth = answers.target().get(row) > 0.5 ? 1 : 0;
          int said = p > 0.5 ? 1 : 0;
          answered.add(truth, said);
          if (said != truth) {
            wrong.add(new Mistake(index, truth, said, said == 1 ? p : 1 - p));
          }
        });
    return new Outcome.Labels(answered.confusion(2), names, wrong.list(), true);
  }

  private Outcome numbers() {
    int width = Math.toIntExact(pass.answer().elements());
    List<Estimates> outputs = new ArrayList<>();
    for (int i = 0; i < Math.min(OUTPUTS, width); i++) {
      outputs.add(new Estimates(new float[data.size()], new float[data.size()]));
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
        outputs.get(o).truth()[index] = (float) truth;
        outputs.get(o).said()[index] = (float) said;
      }
      worst.add(new Miss(index, o, truth, said));
    }
  }
}
