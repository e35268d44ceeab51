package dev.ballast.cli.report;

import dev.ballast.metric.ConfusionMatrix;
import java.util.List;

/** What a trained model said of the test data. */
public sealed interface Outcome {
  /**
   * Of a classifier.
   *
   * @param names of the classes, as many of them as have one
   * @param wrongest those answered wrongly with the largest score, the largest first
   * @param probabilities whether scores are probabilities
   */
  record Labels(
      ConfusionMatrix confusion, List<String> names, List<Mistake> wrongest, boolean probabilities)
      implements Outcome {
    public Labels {
      names = List.copyOf(names);
      wrongest = List.copyOf(wrongest);
    }

    String name(int c) {
      return c < names.size() ? names.get(c) : "class " + c;
    }
  }

  /** An example that was taken for one of another class. */
  record Mistake(int index, int truth, int said, double score) {}

  /**
   * Of a model that gives numbers.
   *
   * @param outputs the first of them
   * @param more outputs there are that are not among them
   * @param worst the numbers that were missed by most, the worst first
   */
  record Numbers(List<Estimates> outputs, int more, List<Miss> worst) implements Outcome {
    public Numbers {
      outputs = List.copyOf(outputs);
      worst = List.copyOf(worst);
    }
  }

  /** A number that was missed. */
  record Miss(int index, int output, double truth, double said) {
    double distance() {
      return Math.abs(said - truth);
    }
  }

  /** Of a model whose answers are neither. */
  record Other(String reason) implements Outcome {}
}
