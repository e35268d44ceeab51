package dev.ballast.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How good a classifier's answers are.
 *
 * @param confusion of true and predicted classes
 * @param k the label counts as found among so many of the largest scores
 * @param topK the share of examples where it is
 * @param rocAuc of each class against all others; of two classes told apart by one score, of the
 *     second alone
 */
public record Classification(
    ConfusionMatrix confusion, int k, OptionalDouble topK, List<OptionalDouble> rocAuc)
    implements Metrics {
  public Classification {
    rocAuc = List.copyOf(rocAuc);
  }

  /**
   * Of scores for each class.
   *
   * @param scores [examples, classes] in rows: the largest is the answer, the first of equals
   * @param comparable the same on a scale that examples share, as probabilities are; for ROC curves
   * @param labels of the examples
   */
  public static Classification ofScores(
      float[] scores, float[] comparable, int classes, int[] labels, int k) {
    int[] answers = new int[labels.length];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = largest(scores, i * classes, classes);
    }
    ConfusionMatrix confusion = ConfusionMatrix.of(labels, answers, classes);
    return new Classification(
        confusion,
        k,
        Ranking.topK(scores, classes, labels, k),
        IntStream.range(0, classes)
            .mapToObj(c -> oneVersusRest(comparable, classes, labels, c))
            .toList());
  }

  /**
   * Of one score for an answer of yes or no.
   *
   * @param truth 1 where yes is right, else 0
   */
  public static Classification ofAnswers(float[] scores, double threshold, int[] truth) {
    int[] answers = new int[truth.length];
    boolean[] positive = new boolean[truth.length];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = scores[i] > threshold ? 1 : 0;
      positive[i] = truth[i] == 1;
    }
    ConfusionMatrix confusion = ConfusionMatrix.of(truth, answers, 2);
    return new Classification(
        confusion, 1, confusion.accuracy(), List.of(Ranking.rocAuc(scores, positive)));
  }

  private static int largest(float[] scores, int row, int classes) {
    int largest = 0;
    for (int c = 1; c < classes; c++) {
      largest = scores[row + c] > scores[row + largest] ? c : largest;
    }
    return largest;
  }

  private static OptionalDouble oneVersusRest(float[] scores, int classes, int[] labels, int c) {
    float[] own = new float[labels.length];
    boolean[] positive = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      own[i] = scores[i * classes + c];
      positive[i] = labels[i] == c;
    }
    return Ranking.rocAuc(own, positive);
  }

  /** The mean area under the ROC curves of the classes that have one. */
  public OptionalDouble meanRocAuc() {
    return Metrics.mean(rocAuc);
  }

  @Override
  public List<String> undefined() {
    List<String> sentences = new ArrayList<>();
    for (int c = 0; c < confusion.classes(); c++) {
      boolean absent = confusion.support(c) == 0;
      boolean never = confusion.predicted(c) == 0;
      if (absent) {
        sentences.add("class " + c + " has no recall and no ROC curve: there is no example of it");
      }
      if (never) {
        sentences.add("class " + c + " has no precision: it is never predicted");
      }
      if (absent && never) {
        sentences.add("class " + c + " has no F1: there is nothing of it");
      }
      if (!absent && confusion.support(c) == confusion.examples()) {
        sentences.add("class " + c + " has no ROC curve: there is no example of another");
      }
    }
    return List.copyOf(sentences);
  }
}
