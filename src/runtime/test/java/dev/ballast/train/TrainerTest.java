package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.PlanOptions;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final TrainingListener SILENT = new TrainingListener() {};

  private static Model xor(double dropout) {
    return new Model(
        "xor",
        Shape.of(2),
        Sequential.of(
            Linear.of("fc1", 2, 16),
            Activation.TANH,
            new Dropout(dropout),
            Linear.of("fc2", 16, 2)));
  }

  /** Points of the plane, labelled by whether their signs differ. */
  private static ArrayDataset quadrants(int size, long seed) {
    Philox random = new Philox(seed, 0);
    float[] x = new float[2 * size];
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      x[2 * i] = 2 * random.nextFloat() - 1;
      x[2 * i + 1] = 2 * random.nextFloat() - 1;
      labels[i] = x[2 * i] * x[2 * i + 1] < 0 ? 1 : 0;
    }
    return ArrayDataset.labelled(Shape.of(2), x, labels);
  }

  private static TrainingOptions options() {
    return TrainingOptions.of(new CrossEntropy(), Adam.of(0.01))
        .withBatch(32)
        .withEpochs(30)
        .withSeed(7);
  }

  private static byte[] trainedWeights(Model model, TrainingOptions options) {
    try (ArrayDataset data = quadrants(200, 1);
        Trainer t = new Trainer(model, options, data, Optional.empty())) {
      t.fit(SILENT);
      return t.session().weights().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void learnsWhatNoLinearModelCan() {
    try (ArrayDataset train = quadrants(500, 1);
        ArrayDataset test = quadrants(300, 2);
        Trainer t = new Trainer(xor(0), options(), train, Optional.of(test))) {
      double before = t.evaluate(test).accuracy().getAsDouble();
      t.fit(SILENT);
      double after = t.evaluate(test).accuracy().getAsDouble();
      assertTrue(before < 0.75 && after > 0.95, before + " -> " + after);
    }
  }

  @Test
  void sameSeedGivesTheSameBitsAnotherSeedOthers() {
    byte[] first = trainedWeights(xor(0.2), options().withEpochs(3));
    assertArrayEquals(first, trainedWeights(xor(0.2), options().withEpochs(3)));
    byte[] other = trainedWeights(xor(0.2), options().withEpochs(3).withSeed(8));
    assertFalse(Arrays.equals(first, other));
  }

  @Test
  void withoutReuseTheBitsAreTheSame() {
    TrainingOptions o = options().withEpochs(3);
    assertArrayEquals(
        trainedWeights(xor(0.2), o),
        trainedWeights(xor(0.2), o.withPlan(PlanOptions.defaults().withReuse(false))));
  }

  @Test
  void theLastBatchIsSmallerAndTheSegmentStillOne() {
    try (ArrayDataset data = quadrants(70, 3);
        Trainer t = new Trainer(xor(0), options(), data, Optional.empty())) {
      Epoch e = t.epoch(SILENT);
      assertEquals(3, e.steps());
      assertEquals(3, t.stepsPerEpoch());
      long main = t.plan().arenaBytes();
      assertTrue(t.session().segmentBytes() < 2 * main, t.session().segmentBytes() + " vs " + main);
    }
  }

  /** One batch of 6 and steps of 4 + 2 must see the same examples: their losses' mean agrees. */
  @Test
  void everyExampleCountsOnceInAnEpoch() {
    TrainingOptions still = TrainingOptions.of(new CrossEntropy(), Sgd.of(0)).withSeed(7);
    try (ArrayDataset data = quadrants(6, 4);
        Trainer whole = new Trainer(xor(0), still.withBatch(6), data, Optional.empty());
        Trainer parts = new Trainer(xor(0), still.withBatch(4), data, Optional.empty())) {
      double expected = whole.epoch(SILENT).trainLoss();
      assertEquals(expected, parts.epoch(SILENT).trainLoss(), 1e-6);
      assertEquals(expected, parts.evaluate(data).loss(), 1e-6);
    }
  }

  @Test
  void theBestEpochsWeightsAreLeftInPlace() {
    TrainingOptions wild =
        TrainingOptions.of(new CrossEntropy(), Sgd.of(3)).withBatch(16).withEpochs(12);
    try (ArrayDataset train = quadrants(200, 1);
        ArrayDataset test = quadrants(200, 2);
        Trainer t = new Trainer(xor(0), wild, train, Optional.of(test))) {
      List<Epoch> run = t.fit(SILENT).epochs();
      double best =
          run.stream()
              .mapToDouble(e -> e.evaluation().get().accuracy().getAsDouble())
              .max()
              .getAsDouble();
      assertEquals(best, t.evaluate(test).accuracy().getAsDouble());
    }
  }

  @Test
  void regressionAndBinaryClassificationLearnToo() {
    Philox random = new Philox(5, 0);
    float[] x = new float[400];
    float[] line = new float[400];
    float[] side = new float[400];
    for (int i = 0; i < x.length; i++) {
      x[i] = 2 * random.nextFloat() - 1;
      line[i] = 3 * x[i] - 1;
      side[i] = x[i] > 0.25f ? 1 : 0;
    }
    Model model = new Model("line", Shape.of(1), Linear.of("fc", 1, 1));
    Shape one = Shape.of(1);
    try (ArrayDataset data = ArrayDataset.of(one, x, one, line);
        Trainer t =
            new Trainer(
                model,
                TrainingOptions.of(new MeanSquaredError(), Adam.of(0.05))
                    .withBatch(32)
                    .withEpochs(60)
                    .withSeed(1),
                data,
                Optional.empty())) {
      t.fit(SILENT);
      assertEquals(3, t.session().parameter("fc.weight").get(0), 1e-2);
      assertEquals(-1, t.session().parameter("fc.bias").get(0), 1e-2);
    }
    try (ArrayDataset data = ArrayDataset.of(one, x, one, side);
        Trainer t =
            new Trainer(
                model,
                TrainingOptions.of(new BinaryCrossEntropy(), Adam.of(0.1))
                    .withBatch(32)
                    .withEpochs(60)
                    .withSeed(1),
                data,
                Optional.empty())) {
      t.fit(SILENT);
      assertTrue(t.evaluate(data).accuracy().getAsDouble() > 0.97);
    }
  }

  @Test
  void dataThatDoNotFitTheModelAreNamed() {
    try (ArrayDataset data =
        ArrayDataset.labelled(Shape.of(3), new float[] {1, 2, 3}, new int[] {0})) {
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> new Trainer(xor(0), options(), data, Optional.empty()).close());
      assertEquals("the model takes examples [2], the data has [3]", e.getMessage());
    }
  }

  @Test
  void aLabelOutOfRangeIsToldAndNothingBreaks() {
    try (ArrayDataset data =
            ArrayDataset.labelled(Shape.of(2), new float[] {1, 2, 3, 4}, new int[] {0, 5});
        Trainer t = new Trainer(xor(0), options().withShuffle(false), data, Optional.empty())) {
      IndexOutOfBoundsException e =
          assertThrows(IndexOutOfBoundsException.class, () -> t.epoch(SILENT));
      assertEquals("cross_entropy: label 5 at row 1 is not in [0, 2)", e.getMessage());
    }
  }

  @Test
  void aLossThatIsNoNumberEndsTheRun() {
    TrainingOptions wild = TrainingOptions.of(new MeanSquaredError(), Sgd.of(1e30)).withBatch(4);
    Shape two = Shape.of(2);
    try (ArrayDataset data = ArrayDataset.of(two, new float[16], two, new float[16]);
        Trainer t = new Trainer(xor(0), wild, data, Optional.empty())) {
      DivergedException e = assertThrows(DivergedException.class, () -> t.fit(SILENT));
      assertTrue(
          e.getMessage().contains("at epoch 1, step 2: training has diverged"), e.getMessage());
    }
  }

  @Test
  void targetsThatDoNotFitTheLossAreNamed() {
    TrainingOptions squared = TrainingOptions.of(new MeanSquaredError(), Sgd.of(0.1));
    try (ArrayDataset data = quadrants(10, 1)) {
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> new Trainer(xor(0), squared, data, Optional.empty()).close());
      assertEquals("the loss takes targets f32[2], the data has i32[]", e.getMessage());
    }
  }
}
