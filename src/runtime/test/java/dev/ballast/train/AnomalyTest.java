package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.Shape;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnomalyTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final Shape TWO = Shape.of(2);

  private static Model net() {
    return new Model(
        "net", TWO, Sequential.of(Linear.of("fc1", 2, 3), Activation.TANH, Linear.of("fc2", 3, 2)));
  }

  private static TrainingOptions options(double rate) {
    return TrainingOptions.of(new MeanSquaredError(), Sgd.of(rate))
        .withBatch(2)
        .withEpochs(3)
        .withShuffle(false);
  }

  /**
   * @param layer whose weights are all 10 at first
   */
  private static DivergedException failure(TrainingOptions options, float[] x, String layer) {
    try (ArrayDataset data = ArrayDataset.of(TWO, x, TWO, new float[x.length]);
        Trainer t = new Trainer(net(), options, data, Optional.empty())) {
      t.session().parameter(layer + ".weight").fill(10);
      return assertThrows(DivergedException.class, () -> t.fit(SILENT));
    }
  }

  @Test
  void theOpThatMadeTheFirstInfinityIsNamed() {
    float[] x = {1, 2, 3, 4, 1e38f, 3e38f, 0, 0};
    DivergedException e = failure(options(0.01).withDetectAnomaly(true), x, "fc1");
    assertTrue(e.namesOp());
    assertTrue(
        e.getMessage()
            .startsWith(
                "at epoch 1, step 2: matmul of 'fc1', in the forward pass, made"
                    + " the first infinity from finite inputs: element [0, "),
        e.getMessage());
  }

  @Test
  void withoutDetectionTheStepIsNamed() {
    DivergedException e = failure(options(1e30), new float[] {1, 2, 3, 4, 5, 6, 7, 8}, "fc1");
    assertFalse(e.namesOp());
    assertTrue(e.getMessage().contains("at epoch 1, step 2"), e.getMessage());
  }

  @Test
  void anUpdateThatOverflowsIsNamed() {
    DivergedException e =
        failure(options(3e38).withDetectAnomaly(true), new float[] {9, 9, 9, 9, 9, 9, 9, 9}, "fc2");
    assertTrue(e.getMessage().contains("in the update"), e.getMessage());
  }

  @Test
  void lookingChangesNoBit() {
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1};
    assertArrayEquals(weights(options(0.01), x), weights(options(0.01).withDetectAnomaly(true), x));
  }

  private static byte[] weights(TrainingOptions options, float[] x) {
    try (ArrayDataset data = ArrayDataset.of(TWO, x, TWO, new float[x.length]);
        Trainer t = new Trainer(net(), options, data, Optional.empty())) {
      assertEquals(3, t.fit(SILENT).epochs().size());
      return t.session().weights().toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
