package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.data.ArrayDataset;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
  private static final TrainingListener SILENT = new TrainingListener() {};

  private static List<Epoch> losses(double... losses) {
    List<Epoch> epochs = new ArrayList<>();
    for (double l : losses) {
      epochs.add(epoch(epochs.size() + 1, new Evaluation(l, OptionalDouble.empty())));
    }
    return epochs;
  }

  private static List<Epoch> accuracies(double... shares) {
    List<Epoch> epochs = new ArrayList<>();
    for (double s : shares) {
      epochs.add(epoch(epochs.size() + 1, new Evaluation(1, OptionalDouble.of(s))));
    }
    return epochs;
  }

  private static Epoch epoch(int number, Evaluation e) {
    return new Epoch(number, 0, 1, 1, 0, Optional.of(e));
  }

  @Test
  void patienceCountsEpochsSinceTheBest() {
    EarlyStopping two = EarlyStopping.never().withPatience(2);
    assertEquals(false, two.isOutOfPatience(losses(3, 2)));
    assertEquals(false, two.isOutOfPatience(losses(3, 2, 2.5)));
    assertEquals(true, two.isOutOfPatience(losses(3, 2, 2.5, 2)));
    assertEquals(false, two.isOutOfPatience(losses(3, 2, 2.5, 1.9)));
    assertEquals(true, two.isOutOfPatience(accuracies(0.5, 0.6, 0.6, 0.55)));
    assertEquals(false, EarlyStopping.never().isOutOfPatience(losses(1, 2, 3, 4, 5, 6)));
  }

  @Test
  void aChangeThatIsTooSmallIsNone() {
    EarlyStopping o = EarlyStopping.never().withPatience(2).withSmallestChange(0.1);
    assertEquals(true, o.isOutOfPatience(losses(3, 2.95, 2.91)));
    assertEquals(false, o.isOutOfPatience(losses(3, 2.95, 2.89)));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> EarlyStopping.never().withPatience(0));
    assertThrows(
        IllegalArgumentException.class, () -> EarlyStopping.never().withSmallestChange(Double.NaN));
    assertThrows(
        IllegalArgumentException.class, () -> EarlyStopping.never().withLongest(Duration.ZERO));
  }

  /** Trained on y = x, tested on y = −x: each epoch is worse than the one before. */
  @Test
  void theBestEpochsWeightsAreInPlaceAfterwards() {
    float[] x = {-1, -0.5f, 0.5f, 1};
    float[] minus = {1, 0.5f, -0.5f, -1};
    Shape one = Shape.of(1);
    TrainingOptions options =
        TrainingOptions.of(new MeanSquaredError(), Sgd.of(0.1))
            .withBatch(4)
            .withEpochs(50)
            .withEarlyStopping(EarlyStopping.never().withPatience(3));
    Model line = new Model("line", one, Linear.of("fc", 1, 1));
    try (ArrayDataset train = ArrayDataset.of(one, x, one, x);
        ArrayDataset test = ArrayDataset.of(one, x, one, minus);
        Trainer t = new Trainer(line, options, train, Optional.of(test))) {
      t.session().parameter("fc.weight").set(0, -1);
      t.session().parameter("fc.bias").set(0, 0);
      TrainingRun run = t.fit(SILENT);
      assertEquals(TrainingRun.End.PATIENCE, run.end());
      assertEquals(1, run.bestEpoch().getAsInt());
      assertEquals(4, run.epochs().size());
      assertEquals(run.epochs().getFirst().evaluation().get(), t.evaluate(test));
    }
  }

  @Test
  void theLongestTimeEndsTheRunAfterAnEpoch() {
    Shape one = Shape.of(1);
    TrainingOptions options =
        TrainingOptions.of(new MeanSquaredError(), Sgd.of(0.1))
            .withEpochs(1_000)
            .withEarlyStopping(EarlyStopping.never().withLongest(Duration.ofNanos(1)));
    Model line = new Model("line", one, Linear.of("fc", 1, 1));
    try (ArrayDataset train = ArrayDataset.of(one, new float[4], one, new float[4]);
        Trainer t = new Trainer(line, options, train, Optional.empty())) {
      TrainingRun run = t.fit(SILENT);
      assertEquals(TrainingRun.End.TIME, run.end());
      assertEquals(1, run.epochs().size());
    }
  }
}
