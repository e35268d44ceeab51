package dev.ballast.bench.soak;

import dev.ballast.ir.Graph;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;

/**
 * What is served and learnt: in which of ten sectors a point of the plane lies, from its two
 * coordinates among others that tell nothing. The sectors turn while it learns, so there is always
 * something to learn and no version is like the one before.
 */
final class SoakModel {
  static final int INPUTS = 128;
  static final int CLASSES = 10;
  static final int BATCH = 32;

  /** Fixed inputs whose answers are known for every version. */
  static final int PROBES = 16;

  static final String INPUT = Model.INPUT;

  /** Scores and not probabilities: those of two versions can both be 1. */
  static final String OUTPUT = Model.OUTPUT;

  static final Model MODEL =
      new Model(
          "soak",
          Shape.of(INPUTS),
          Sequential.of(
              Linear.of("fc1", INPUTS, 256),
              Activation.RELU,
              Linear.of("fc2", 256, 64),
              Activation.RELU,
              Linear.of("fc3", 64, CLASSES)));

  /** With decay: weights that grew for hours would at last be sums of what cancels out. */
  static final TrainingOptions TRAINING =
      TrainingOptions.of(new CrossEntropy(), Adam.decoupled(0.001).withWeightDecay(0.2))
          .withBatch(BATCH);

  private static final long STREAM = 11;

  private SoakModel() {}

  static Graph serving() {
    return Graphs.serving(MODEL, TRAINING.loss(), 1);
  }

  /** Examples one after the other, a function of the seed. */
  static float[] examples(int count, long seed) {
    float[] all = new float[count * INPUTS];
    Philox random = new Philox(seed, STREAM);
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) random.nextGaussian();
    }
    return all;
  }

  static float[] probes() {
    return examples(PROBES, 1);
  }

  /**
   * The sector of an example.
   *
   * @param turn of all sectors, in turns
   */
  static int label(float[] examples, int number, double turn) {
    double x = examples[number * INPUTS];
    double y = examples[number * INPUTS + 1];
    double turns = Math.atan2(y, x) / (2 * Math.PI) + turn;
    return Math.min(CLASSES - 1, (int) ((turns - Math.floor(turns)) * CLASSES));
  }
}
