package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Augmentation;
import dev.ballast.data.AugmentedDataset;
import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.data.Subset;
import dev.ballast.format.Checkpoint;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a checkpoint is compared with before a run goes on from it. */
class RunIdentityTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final int EXAMPLES = 20;
  private static final Shape IMAGE = Shape.of(3, 3);
  private static final Model MODEL =
      new Model("images", IMAGE, Sequential.of(new Flatten(), Linear.of("fc", 9, 1)));
  private static final MeanSquaredError LOSS = new MeanSquaredError(true);

  private static LabelledDataset images(long seed) {
    Philox random = new Philox(seed, 0);
    float[] x = new float[9 * EXAMPLES];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat();
    }
    int[] labels = IntStream.range(0, EXAMPLES).map(i -> i % 2).toArray();
    return (LabelledDataset) ArrayDataset.labelled(IMAGE, x, labels);
  }

  private static Dataset shifted(int pixels) {
    return new AugmentedDataset(images(1), new Augmentation(pixels, false, 0), 0);
  }

  /** Of a network with one output, so that images are wrapped as definitions wrap them. */
  private static Dataset targets(Dataset data) {
    var prediction = MODEL.inference(1).outputs().get(Model.OUTPUT).type();
    return BinaryTargets.where(data, LOSS, prediction);
  }

  private static <T> T trainer(Dataset images, long judging, Function<Trainer, T> use) {
    TrainingOptions o = TrainingOptions.of(LOSS, Sgd.of(0.1)).withBatch(5).withEpochs(2);
    try (Dataset train = targets(images);
        Dataset test = targets(images(judging));
        Trainer t = new Trainer(MODEL, o, train, Optional.of(test))) {
      return use.apply(t);
    }
  }

  /** Goes on with one trainer where another is after an epoch. */
  private static List<String> resumed(Trainer to, Consumer<SequencedMap<String, String>> change) {
    return trainer(
        shifted(1),
        2,
        from -> {
          from.epoch(SILENT);
          Checkpoint c = from.checkpoint();
          SequencedMap<String, String> progress = new LinkedHashMap<>(c.progress());
          change.accept(progress);
          return to.resume(new Checkpoint(progress, c.weights(), c.bestWeights(), c.states()));
        });
  }

  private static void refused(Dataset train, long judging, String complaint) {
    trainer(
        train,
        judging,
        t -> {
          float[] before = t.session().parameter("fc.weight").toFloats();
          IllegalArgumentException e =
              assertThrows(IllegalArgumentException.class, () -> resumed(t, p -> {}));
          assertTrue(e.getMessage().contains(complaint), e.getMessage());
          assertArrayEquals(before, t.session().parameter("fc.weight").toFloats());
          return t;
        });
  }

  @Test
  void theSameRunGoesOnWithoutARemark() {
    assertEquals(List.of(), trainer(shifted(1), 2, t -> resumed(t, p -> {})));
  }

  @Test
  void imagesThatAreChangedOtherwiseAreRefused() {
    String one =
        "its augmentation is Augmentation[shift=1, flip=false, rotate=0.0] filled with 0.0";
    refused(shifted(2), 2, one + ", here it is Augmentation[shift=2");
    refused(images(1), 2, one + ", here it is none");
    int[] all = IntStream.range(0, EXAMPLES).toArray();
    assertEquals(shifted(2).changes(), Subset.of(shifted(2), all).changes());
  }

  @Test
  void otherDataToTrainWithOrToJudgeByAreRefused() {
    refused(
        new AugmentedDataset(images(3), new Augmentation(1, false, 0), 0), 2, "its training data");
    refused(shifted(1), 3, "its data that epochs are judged by is ");
  }

  @Test
  void anotherMachineIsRemarkedAndTheRunGoesOn() {
    for (String what : List.of("processor", "table of products", "OpenBLAS")) {
      trainer(
          shifted(1),
          2,
          t -> {
            List<String> remarks = resumed(t, p -> p.replace("machine." + what, "of old"));
            assertEquals(1, remarks.size(), remarks.toString());
            String told =
                "the checkpoint was written with another " + what + ", of old, here it is ";
            assertTrue(remarks.getFirst().startsWith(told), remarks.getFirst());
            assertEquals(1, t.epochs().size());
            return t;
          });
    }
  }

  /** As those were that did not tell it yet. */
  @Test
  void whatACheckpointDoesNotTellIsTakenOnTrust() {
    trainer(
        shifted(1),
        2,
        t -> {
          List<String> remarks =
              resumed(
                  t, p -> p.keySet().removeIf(k -> k.contains("augment") || k.contains("machine")));
          assertEquals(1, remarks.size(), remarks.toString());
          assertTrue(
              remarks.getFirst().contains("does not tell its augmentation; here it is Augment"),
              remarks.getFirst());
          assertEquals(1, t.epochs().size());
          return t;
        });
  }
}
