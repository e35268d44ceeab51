package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Hinge;
import dev.ballast.loss.LabelWeights;
import dev.ballast.loss.Loss;
import dev.ballast.loss.Mixed;
import dev.ballast.loss.NegativeLogLikelihood;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Clipping;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.UpdateRule;
import dev.ballast.optim.WeightAverage;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Steps of micro-batches under losses that don't weigh all labels the same. The data are sorted by
 * label, so that micro-batches weigh very differently, and some nothing.
 */
class WeightedAccumulationTest {
  private static final int IN = 5;
  private static final int CLASSES = 3;
  private static final int IGNORED = 2;
  private static final double RATE = 0.5;
  private static final List<Double> WEIGHTS = List.of(0.2, 3.0, 1.0);
  private static final LabelWeights BOTH =
      LabelWeights.NONE.withClasses(WEIGHTS).withIgnored(IGNORED);
  private static final Model LINEAR =
      new Model("linear", Shape.of(IN), Linear.of("fc", IN, CLASSES));
  private static final Model NETWORK =
      new Model(
          "network",
          Shape.of(IN),
          Sequential.of(Linear.of("fc1", IN, 8), Activation.TANH, Linear.of("fc2", 8, CLASSES)));

  /** Examples by label: first those of class 0, last those that are ignored. */
  private record Data(float[] x, int[] labels) {
    static Data of(int size) {
      Philox random = new Philox(11, 0);
      float[] x = new float[IN * size];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      return new Data(x, IntStream.range(0, size).map(i -> CLASSES * i / size).toArray());
    }

    ArrayDataset open() {
      return ArrayDataset.labelled(Shape.of(IN), x, labels);
    }
  }

  private static TrainingOptions options(Loss loss, UpdateRule rule) {
    return TrainingOptions.of(loss, rule.optimizer())
        .withUpdate(rule)
        .withShuffle(false)
        .withSeed(4);
  }

  private static UpdateRule sgd() {
    return UpdateRule.of(Sgd.of(RATE));
  }

  private static TrainingListener silent() {
    return new TrainingListener() {};
  }

  /**
   * Softmax regression: dL/dW = Σ w_y (p − e_y) xᵀ / Σ w_y and dL/db the same without x, in double.
   *
   * @return W and b after a step, in rows of x's columns and b
   */
  private static double[] stepped(double[] weight, double[] bias, Data data) {
    double[] gradient = new double[CLASSES * (IN + 1)];
    double total = 0;
    for (int i = 0; i < data.labels.length; i++) {
      int label = data.labels[i];
      double w = label == IGNORED ? 0 : WEIGHTS.get(label);
      double[] p = new double[CLASSES];
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        double z = bias[c];
        for (int j = 0; j < IN; j++) {
          z += weight[c * IN + j] * data.x[i * IN + j];
        }
        p[c] = Math.exp(z);
        sum += p[c];
      }
      for (int c = 0; c < CLASSES; c++) {
        double d = w * (p[c] / sum - (c == label ? 1 : 0));
        for (int j = 0; j < IN; j++) {
          gradient[c * (IN + 1) + j] += d * data.x[i * IN + j];
        }
        gradient[c * (IN + 1) + IN] += d;
      }
      total += w;
    }
    double[] after = new double[gradient.length];
    for (int c = 0; c < CLASSES; c++) {
      for (int j = 0; j <= IN; j++) {
        double before = j < IN ? weight[c * IN + j] : bias[c];
        after[c * (IN + 1) + j] = before - RATE * gradient[c * (IN + 1) + j] / total;
      }
    }
    return after;
  }

  @ParameterizedTest
  @CsvSource({"64, 16", "64, 64", "50, 16", "40, 3"})
  void aStepIsThatOfTheWeightedMeanInDouble(int size, int batch) {
    Data data = Data.of(size);
    TrainingOptions o =
        options(new CrossEntropy(0, BOTH), sgd()).withBatch(batch).withAccumulate(64);
    try (ArrayDataset examples = data.open();
        Trainer t = new Trainer(LINEAR, o, examples, Optional.empty())) {
      double[] expected =
          stepped(
              t.session().parameter("fc.weight").toDoubles(),
              t.session().parameter("fc.bias").toDoubles(),
              data);
      t.epoch(silent());
      double[] weight = t.session().parameter("fc.weight").toDoubles();
      double[] bias = t.session().parameter("fc.bias").toDoubles();
      for (int c = 0; c < CLASSES; c++) {
        for (int j = 0; j <= IN; j++) {
          double actual = j < IN ? weight[c * IN + j] : bias[c];
          assertEquals(expected[c * (IN + 1) + j], actual, 1e-6, c + ", " + j);
        }
      }
    }
  }

  private static List<float[]> trained(TrainingOptions o, Data data) {
    try (ArrayDataset examples = data.open();
        Trainer t = new Trainer(NETWORK, o, examples, Optional.empty())) {
      t.epoch(silent());
      t.epoch(silent());
      t.plan().graph().states().stream()
          .filter(s -> s.name().startsWith("gradient"))
          .map(s -> t.session().state(s.name()).toFloats())
          .forEach(state -> assertArrayEquals(new float[state.length], state));
      return t.plan().graph().parameters().stream()
          .map(p -> t.session().parameter(p.name()).toFloats())
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"192", "150", "130", "60"})
  void fourBatchesOf16AreOneOf64UnderAnyWeightedLoss(int size) {
    Data data = Data.of(size);
    Loss smoothed = new CrossEntropy(0.1, BOTH);
    UpdateRule rule =
        UpdateRule.of(Sgd.of(0.2).withMomentum(0.9))
            .withClipping(new Clipping.ByNorm(0.5))
            .withAverage(new WeightAverage(0.9));
    for (Loss loss :
        List.of(
            smoothed,
            new CrossEntropy(0, LabelWeights.NONE.withIgnored(IGNORED)),
            new NegativeLogLikelihood(LabelWeights.NONE.withClasses(WEIGHTS)),
            new Hinge(1, 1, WEIGHTS),
            new Mixed(
                List.of(
                    new Mixed.Term(0.5, smoothed),
                    new Mixed.Term(2, new CrossEntropy(0, BOTH)))))) {
      TrainingOptions whole = options(loss, rule).withBatch(64);
      List<float[]> expected = trained(whole, data);
      List<float[]> actual = trained(whole.withBatch(16).withAccumulate(4), data);
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 1e-6f, loss + ", parameter " + i);
      }
    }
  }

  /** As a batch without accumulation: the loss is 0, and so are its gradients. */
  @Test
  void aStepWhereNothingCountsChangesNothing() {
    Data all = Data.of(48);
    Data ignored = new Data(all.x, IntStream.generate(() -> IGNORED).limit(48).toArray());
    TrainingOptions o = options(new CrossEntropy(0, BOTH), sgd()).withBatch(16).withAccumulate(3);
    try (ArrayDataset examples = ignored.open();
        Trainer t = new Trainer(LINEAR, o, examples, Optional.empty())) {
      float[] before = t.session().parameter("fc.weight").toFloats();
      assertEquals(0, t.epoch(silent()).trainLoss());
      assertArrayEquals(before, t.session().parameter("fc.weight").toFloats());
    }
  }

  @Test
  void termsThatWeighLabelsDifferentlyAreRefused() {
    Loss mixed =
        new Mixed(
            List.of(
                new Mixed.Term(1, new CrossEntropy(0, BOTH)),
                new Mixed.Term(1, new CrossEntropy())));
    TrainingOptions once = options(mixed, sgd());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> once.withAccumulate(2));
    assertTrue(e.getMessage().contains("leave out accumulate"), e.getMessage());
  }
}
