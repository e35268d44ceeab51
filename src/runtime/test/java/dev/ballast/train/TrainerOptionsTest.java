package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.LabelWeights;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Clipping;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.ParameterGroup;
import dev.ballast.optim.ParameterGroups;
import dev.ballast.optim.Schedule;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.UpdateRule;
import dev.ballast.optim.WeightAverage;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a trainer makes of micro-batches, schedules, averages of weights and groups. */
class TrainerOptionsTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final Model MODEL =
      new Model(
          "small",
          Shape.of(5),
          Sequential.of(Linear.of("fc1", 5, 16), Activation.TANH, Linear.of("fc2", 16, 3)));
  private static final List<String> PARAMETERS =
      List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");

  private static ArrayDataset data(int size) {
    Philox random = new Philox(3, 0);
    float[] x = new float[5 * size];
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < 5; j++) {
        x[5 * i + j] = (float) random.nextGaussian();
      }
      labels[i] = x[5 * i] > 0.4 ? 0 : x[5 * i + 1] > 0 ? 1 : 2;
    }
    return ArrayDataset.labelled(Shape.of(5), x, labels);
  }

  private static TrainingOptions options(Optimizer optimizer) {
    return TrainingOptions.of(new CrossEntropy(), optimizer)
        .withBatch(16)
        .withEpochs(2)
        .withSeed(4);
  }

  private static List<float[]> trained(TrainingOptions o, int size) {
    try (ArrayDataset data = data(size);
        Trainer t = new Trainer(MODEL, o, data, Optional.empty())) {
      t.epoch(SILENT);
      t.epoch(SILENT);
      t.session().plan().graph().states().stream()
          .filter(s -> s.name().startsWith("gradient."))
          .forEach(
              s -> assertArrayEquals(zeros(t, s.name()), t.session().state(s.name()).toFloats()));
      return weights(t.session());
    }
  }

  private static float[] zeros(Trainer t, String state) {
    return new float[(int) t.session().state(state).elements()];
  }

  private static List<float[]> weights(Session s) {
    return PARAMETERS.stream().map(p -> s.parameter(p).toFloats()).toList();
  }

  private static void assertClose(List<float[]> expected, List<float[]> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), 2e-6f, PARAMETERS.get(i));
    }
  }

  /**
   * Steps of four batches of 8 are steps of one batch of 32: with the last step as large as the
   * others, smaller by whole batches, or by a part of one.
   */
  @ParameterizedTest
  @CsvSource({"96", "72", "70", "33", "31", "5"})
  void aStepOfMicroBatchesIsTheStepOfTheWholeBatch(int size) {
    UpdateRule plain = UpdateRule.of(Sgd.of(0.5).withMomentum(0.9));
    for (UpdateRule rule :
        List.of(
            plain,
            plain.withClipping(new Clipping.ByNorm(0.05)).withAverage(new WeightAverage(0.9)))) {
      TrainingOptions whole = options(rule.optimizer()).withUpdate(rule).withBatch(32);
      TrainingOptions parts = whole.withBatch(8).withAccumulate(4);
      assertClose(trained(whole, size), trained(parts, size));
    }
  }

  @Test
  void accumulatingOverMoreBatchesThanThereAreIsOneStepAnEpoch() {
    TrainingOptions whole = options(Sgd.of(0.1)).withBatch(64);
    TrainingOptions parts = whole.withBatch(16).withAccumulate(Integer.MAX_VALUE);
    assertClose(trained(whole, 60), trained(parts, 60));
  }

  private static List<Double> rates(TrainingOptions o, int size, Optional<ArrayDataset> test) {
    List<Double> rates = new ArrayList<>();
    try (ArrayDataset data = data(size);
        Trainer t = new Trainer(MODEL, o, data, test.map(d -> d))) {
      Session step = t.session();
      t.fit(
          new TrainingListener() {
            @Override
            public void onStep(int epoch, int n, int steps, double meanLoss) {
              rates.add(step.input(Graphs.RATE).get(0));
            }
          });
    }
    return rates;
  }

  @Test
  void aScheduleGoesByStepsOverTheWholeTraining() {
    TrainingOptions o =
        options(Sgd.of(1))
            .withEpochs(3)
            .withSchedule(new Schedule.WarmUp(5, 0, new Schedule.Constant()));
    List<Double> expected = new ArrayList<>(List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0));
    List<Double> rates = rates(o, 32, Optional.empty());
    for (int i = 0; i < 6; i++) {
      assertEquals(expected.get(i), rates.get(i), 1e-7);
    }
  }

  /** Two batches make a step: the rate changes after both. */
  @Test
  void aScheduleCountsStepsNotMicroBatches() {
    Schedule linear = new Schedule.WarmUp(4, 0, new Schedule.Constant());
    TrainingOptions o = options(Sgd.of(1)).withSchedule(linear).withAccumulate(2);
    List<Double> rates = rates(o, 64, Optional.empty());
    assertEquals(List.of(0.0, 0.0, 0.0, 0.25, 0.25, 0.5, 0.5, 0.75), rates);
  }

  @Test
  void aPlateauLooksAtTheTestLosses() {
    Schedule plateau = new Schedule.Plateau(0.5, 0, 0, 0, 0);
    TrainingOptions o = options(Sgd.of(0)).withEpochs(4).withSchedule(plateau).withBatch(32);
    try (ArrayDataset test = data(8)) {
      // The rate is 0, so that no epoch is better than the first: but then there is none to see.
      assertEquals(List.of(0.0, 0.0, 0.0, 0.0), rates(o, 32, Optional.of(test)));
      UpdateRule frozen =
          UpdateRule.of(Sgd.of(1))
              .withGroups(
                  ParameterGroups.of(new ParameterGroup.Tuned("*", 0, OptionalDouble.empty())));
      assertEquals(
          List.of(1.0, 1.0, 0.5, 0.25), rates(o.withUpdate(frozen), 32, Optional.of(test)));
    }
  }

  @Test
  void theAverageIsWhatIsEvaluatedAndLeft() {
    UpdateRule rule = UpdateRule.of(Adam.of(0.05)).withAverage(new WeightAverage(0.9));
    TrainingOptions o = options(rule.optimizer()).withUpdate(rule).withEpochs(1);
    try (ArrayDataset data = data(100);
        Trainer t = new Trainer(MODEL, o, data, Optional.empty());
        Trainer plain = new Trainer(MODEL, options(rule.optimizer()), data, Optional.empty())) {
      double first = t.evaluate(data).loss();
      assertEquals(plain.evaluate(data).loss(), first, "before the first step: the weights");
      t.epoch(SILENT);
      plain.epoch(SILENT);
      List<float[]> trained = weights(t.session());
      Evaluation averaged = t.evaluate(data);
      assertClose(trained, weights(t.session()));
      assertClose(trained, weights(plain.session()));
      assertNotEquals(plain.evaluate(data).loss(), averaged.loss());
      PARAMETERS.forEach(
          p -> plain.session().parameter(p).copyFrom(t.session().state(WeightAverage.of(p))));
      assertEquals(plain.evaluate(data), averaged);
    }
    try (ArrayDataset data = data(100);
        Trainer t = new Trainer(MODEL, o, data, Optional.empty())) {
      t.fit(SILENT);
      assertArrayEquals(
          t.session().state(WeightAverage.of("fc1.weight")).toFloats(),
          t.session().parameter("fc1.weight").toFloats());
    }
  }

  /** The steps are so large that the best epoch is not the last. */
  @Test
  void theBestEpochsAverageIsLeftAndStaysTheAverage() {
    UpdateRule rule = UpdateRule.of(Sgd.of(6)).withAverage(new WeightAverage(0.3));
    TrainingOptions o = options(rule.optimizer()).withUpdate(rule).withEpochs(12);
    try (ArrayDataset data = data(100);
        Trainer t = new Trainer(MODEL, o, data, Optional.of(data))) {
      double best =
          t.fit(SILENT).epochs().stream()
              .mapToDouble(e -> e.evaluation().get().accuracy().getAsDouble())
              .max()
              .getAsDouble();
      Evaluator kept = new Evaluator(evaluation(t, 16), evaluation(t, 1));
      assertEquals(best, kept.evaluate(data).accuracy().getAsDouble());
      assertEquals(best, t.evaluate(data).accuracy().getAsDouble());
      assertArrayEquals(
          t.session().parameter("fc2.weight").toFloats(),
          t.session().state(WeightAverage.of("fc2.weight")).toFloats());
    }
  }

  /** Of the weights that lie in place, whatever averages there are. */
  private static Session evaluation(Trainer t, int batch) {
    var graph =
        Graphs.evaluation(Graphs.serving(MODEL, new CrossEntropy(), 1), new CrossEntropy(), batch);
    Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()));
    PARAMETERS.forEach(p -> s.parameter(p).copyFrom(t.session().parameter(p)));
    return s;
  }

  @Test
  void frozenWeightsStay() {
    UpdateRule rule =
        UpdateRule.of(Adam.of(0.05))
            .withGroups(ParameterGroups.of(new ParameterGroup.Frozen("fc1.*")))
            .withAverage(new WeightAverage(0.5));
    TrainingOptions o = options(rule.optimizer()).withUpdate(rule);
    try (ArrayDataset data = data(100);
        Trainer t = new Trainer(MODEL, o, data, Optional.of(data))) {
      List<float[]> before = weights(t.session());
      t.fit(SILENT);
      List<float[]> after = weights(t.session());
      assertArrayEquals(before.get(0), after.get(0));
      assertArrayEquals(before.get(1), after.get(1));
      assertFalse(Arrays.equals(before.get(2), after.get(2)));
      assertTrue(t.plan().graph().states().stream().noneMatch(s -> s.name().contains("fc1")));
    }
  }

  /** Batches weigh what their labels do, so that the loss does not depend on how they are cut. */
  @Test
  void aWeightedLossIsOneMeanOverAllData() {
    CrossEntropy loss =
        new CrossEntropy(0.1, LabelWeights.NONE.withClasses(List.of(0.2, 1.0, 3.0)).withIgnored(2));
    TrainingOptions o = options(Sgd.of(0.1)).withLoss(loss);
    try (ArrayDataset data = data(50);
        Trainer whole = new Trainer(MODEL, o.withBatch(50), data, Optional.empty());
        Trainer parts = new Trainer(MODEL, o.withBatch(7), data, Optional.empty())) {
      Evaluation expected = whole.evaluate(data);
      assertEquals(expected.loss(), parts.evaluate(data).loss(), 1e-6);
      assertEquals(expected.accuracy(), parts.evaluate(data).accuracy());
    }
  }
}
