package dev.ballast.train;

import dev.ballast.kernel.Slice;
import dev.ballast.loss.Loss;
import dev.ballast.loss.Task;
import dev.ballast.metric.Classification;
import dev.ballast.metric.Metrics;
import dev.ballast.metric.Regression;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Collects what a model says of a dataset while an {@link Evaluator} runs it, and then tells how
 * good that is. The sessions are of {@link Graphs#scoring}.
 *
 * <pre>{@code
 * Scoring scoring = new Scoring(loss, 5);
 * Evaluation e = new Evaluator(full, single).evaluate(data, scoring);
 * Metrics m = scoring.metrics();
 * }</pre>
 */
public final class Scoring {
  private final Loss loss;
  private final int k;
  private final FloatList predictions = new FloatList();
  private final FloatList probabilities = new FloatList();
  private final FloatList targets = new FloatList();
  private int width;
  private Task task = new Task.Numbers();

  /**
   * @param k of the top-k accuracy
   */
  public Scoring(Loss loss, int k) {
    this.loss = loss;
    this.k = k;
  }

  /** Hears of a batch that was run. */
  void add(Session session) {
    Slice y = session.output(Model.OUTPUT);
    width = y.type().shape().rank() == 0 ? 1 : y.type().shape().dim(-1);
    task = loss.task(y.type());
    predictions.add(y);
    targets.add(session.input(Graphs.TARGET));
    if (session.plan().graph().outputs().containsKey(Graphs.PROBABILITIES)) {
      probabilities.add(session.output(Graphs.PROBABILITIES));
    }
  }

  /** How good the predictions are that were heard of. */
  public Metrics metrics() {
    return switch (task) {
      case Task.Numbers ignored -> Regression.of(predictions.all(), targets.all(), width);
      case Task.YesOrNo answer ->
          Classification.ofAnswers(predictions.all(), answer.threshold(), truth(targets.all()));
      case Task.Classes classes -> ofClasses(classes);
    };
  }

  private static int[] truth(float[] targets) {
    int[] truth = new int[targets.length];
    Arrays.setAll(truth, i -> targets[i] > 0.5f ? 1 : 0);
    return truth;
  }

  private Classification ofClasses(Task.Classes classes) {
    float[] scores = predictions.all();
    float[] comparable = probabilities.isEmpty() ? scores : probabilities.all();
    int[] labels = labels(scores.length / width);
    int[] seen =
        IntStream.range(0, labels.length)
            .filter(i -> classes.ignored().isEmpty() || labels[i] != classes.ignored().getAsInt())
            .toArray();
    int[] seenLabels = Arrays.stream(seen).map(i -> labels[i]).toArray();
    return Classification.ofScores(
        rows(scores, seen), rows(comparable, seen), width, seenLabels, k);
  }

  /** Labels as they are, or the most probable class of each row of shares. */
  private int[] labels(int rows) {
    float[] given = targets.all();
    int[] labels = new int[rows];
    boolean shares = given.length != rows;
    for (int i = 0; i < rows; i++) {
      labels[i] = shares ? largest(given, i * width) : (int) given[i];
    }
    return labels;
  }

  private int largest(float[] values, int row) {
    int largest = 0;
    for (int c = 1; c < width; c++) {
      largest = values[row + c] > values[row + largest] ? c : largest;
    }
    return largest;
  }

  private float[] rows(float[] all, int[] chosen) {
    if (chosen.length * width == all.length) {
      return all;
    }
    float[] some = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(all, chosen[i] * width, some, i * width, width);
    }
    return some;
  }

  /** Floats that grow in number. */
  private static final class FloatList {
    private float[] values = new float[1024];
    private int size;

    void add(Slice s) {
      int more = Math.toIntExact(s.elements());
      int needed = Math.addExact(size, more);
      if (needed > values.length) {
        values = Arrays.copyOf(values, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * needed));
      }
      for (int i = 0; i < more; i++) {
        values[size++] = (float) s.get(i);
      }
    }

    boolean isEmpty() {
      return size == 0;
    }

    float[] all() {
      return Arrays.copyOf(values, size);
    }
  }
}
