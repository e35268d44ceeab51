package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.WeightAverage;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.testing.Allocations;
import dev.ballast.train.DivergedException;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Training in the process that serves. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OnlineLearningTest {
  private static final int BATCH = 16;
  private static final int BATCHES = 10;
  private static final TrainingOptions OPTIONS =
      TrainingOptions.of(new CrossEntropy(), Adam.of(0.01)).withBatch(BATCH).withSeed(3);

  private static int[] labels(int size, long first) {
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      labels[i] = (int) Math.floorMod((first + i) * 7, 10L);
    }
    return labels;
  }

  private static double learn(TrainingSession t, long batch) {
    t.x().copyFrom(SmallModel.batch(BATCH, batch * BATCH));
    t.target().copyFrom(labels(BATCH, batch * BATCH));
    return t.step();
  }

  @Test
  void aBatchAtATimeGivesTheBitsOfATrainer() {
    TrainingOptions options = OPTIONS.withEpochs(1).withShuffle(false);
    try (Dataset data =
            ArrayDataset.labelled(
                Shape.of(SmallModel.INPUTS),
                SmallModel.batch(BATCH * BATCHES, 0),
                labels(BATCH * BATCHES, 0));
        Trainer trainer = new Trainer(SmallModel.MODEL, options, data, Optional.empty());
        TrainingSession training = TrainingSession.open(SmallModel.MODEL, options)) {
      trainer.fit(new TrainingListener() {});
      for (int i = 0; i < BATCHES; i++) {
        learn(training, i);
      }
      assertEquals(-1, trainer.session().weights().mismatch(training.keep()));
      assertEquals(BATCHES, training.steps());
    }
  }

  @Test
  void averagedWeightsAreWhatIsKept() {
    TrainingOptions options =
        OPTIONS.withUpdate(OPTIONS.update().withAverage(new WeightAverage(0.5)));
    try (TrainingSession plain = TrainingSession.open(SmallModel.MODEL, OPTIONS);
        TrainingSession averaged = TrainingSession.open(SmallModel.MODEL, options);
        Arena arena = Arena.ofConfined()) {
      learn(plain, 0);
      MemorySegment first = arena.allocate(plain.keep().byteSize());
      first.copyFrom(plain.keep());
      learn(plain, 1);
      learn(averaged, 0);
      learn(averaged, 1);
      MemorySegment second = plain.keep();
      MemorySegment kept = averaged.keep();
      for (long i = 0; i < kept.byteSize() / Float.BYTES; i++) {
        var f = java.lang.foreign.ValueLayout.JAVA_FLOAT;
        double mean = (first.getAtIndex(f, i) + (double) second.getAtIndex(f, i)) / 2;
        assertEquals(mean, kept.getAtIndex(f, i), 1e-6);
      }
    }
  }

  @Test
  void stepsAllocateNothing() {
    try (TrainingSession training = TrainingSession.open(SmallModel.MODEL, OPTIONS)) {
      learn(training, 0);
      Allocations.assertNone(training::step);
    }
  }

  @Test
  void divergenceGoesBackToWhatWasKept() {
    try (TrainingSession training = TrainingSession.open(SmallModel.MODEL, OPTIONS);
        TrainingSession same = TrainingSession.open(SmallModel.MODEL, OPTIONS)) {
      learn(training, 0);
      learn(same, 0);
      training.keep();
      training.x().fill(Double.NaN);
      DivergedException e = assertThrows(DivergedException.class, training::step);
      assertEquals(
          "the loss is NaN at step 2: back at the weights that were kept last; try a learning rate"
              + " below 0.01, or look for bad numbers in the examples",
          e.getMessage());
      learn(training, 1);
      learn(same, 1);
      assertEquals(-1, same.keep().mismatch(training.keep()), "momenta too are as they were");
    }
  }

  @Test
  void weightsThatAreNotFiniteAreNeverPublished() {
    TrainingOptions options =
        TrainingOptions.of(new CrossEntropy(), Sgd.of(0.1)).withBatch(BATCH).withSeed(3);
    try (TrainingSession training = TrainingSession.open(SmallModel.MODEL, options);
        TrainingSession same = TrainingSession.open(SmallModel.MODEL, options)) {
      training.rate(1e38);
      training.target().copyFrom(labels(BATCH, 0));
      training.x().fill(1e5);
      training.step();
      DivergedException e = assertThrows(DivergedException.class, training::keep);
      assertTrue(e.getMessage().startsWith("parameter 'fc"), e.getMessage());
      assertEquals(-1, same.keep().mismatch(training.keep()));
      for (double rate : new double[] {-1, Double.NaN, 1e39}) {
        assertThrows(IllegalArgumentException.class, () -> training.rate(rate));
      }
    }
  }

  @Test
  void startsFromTrainedWeightsOfTheSameNetworkOnly() {
    try (TrainingSession training = TrainingSession.open(SmallModel.MODEL, OPTIONS)) {
      MemorySegment weights = SmallModel.weights(8);
      training.startFrom(SmallModel.graph(), weights);
      assertEquals(-1, weights.mismatch(training.keep()));
      var other =
          new dev.ballast.nn.Model("other", Shape.of(2), dev.ballast.nn.Linear.of("l", 2, 2));
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> training.startFrom(Graphs.serving(other, new CrossEntropy(), 1), weights));
      assertTrue(
          e.getMessage().startsWith("the weights are of {l.weight=f32[2x2]"), e.getMessage());
      assertEquals(-1, weights.mismatch(training.keep()));
    }
  }

  @Test
  void learnsAndPublishesWhileOthersAreAnswered() throws Exception {
    long before = SmallModel.taken();
    AtomicBoolean stop = new AtomicBoolean();
    float[] x = SmallModel.example(0);
    try (TrainingSession training = TrainingSession.open(SmallModel.MODEL, OPTIONS);
        ModelRef ref =
            new ModelRef(
                ServingModel.of(training.serving(), training.keep(), ServingOptions.defaults()));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      SessionPool pool = ref.pool(1, 2);
      List<Future<Integer>> readers = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        readers.add(
            threads.submit(
                () -> {
                  int answers = 0;
                  while (!stop.get()) {
                    try (PooledSession s = pool.borrow(10, TimeUnit.MINUTES)) {
                      s.input("x").copyFrom(x);
                      s.run();
                      double sum = 0;
                      for (int i = 0; i < 10; i++) {
                        sum += s.output("probabilities").get(i);
                      }
                      assertEquals(1, sum, 1e-5);
                      answers++;
                    }
                  }
                  return answers;
                }));
      }
      double first = learn(training, 0);
      double last = first;
      for (int i = 1; i <= 200; i++) {
        last = learn(training, i % BATCHES);
        if (i % 20 == 0) {
          ref.swap(ref.current().withWeights(training.keep()));
        }
      }
      assertTrue(last < first / 2, first + " to " + last);
      stop.set(true);
      for (Future<Integer> f : readers) {
        assertTrue(f.get() > 0);
      }
      try (PooledSession s = pool.borrow()) {
        s.input("x").copyFrom(x);
        s.run();
        assertTrue(s.output("probabilities").get(labels(1, 0)[0]) > 0.5, "it has learnt");
      }
    }
    assertEquals(before, SmallModel.taken());
  }
}
