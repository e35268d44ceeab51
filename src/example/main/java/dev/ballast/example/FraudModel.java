package dev.ballast.example;

import dev.ballast.ir.Graph;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.serve.ServingModel;
import dev.ballast.tensor.Shape;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The network, and how it learns. */
final class FraudModel {
  static final int BATCH = 32;

  private static final int HIDDEN = 32;
  private static final int FIRST_STEPS = 1500;
  private static final String VERSION = "version";

  static final Model NETWORK =
      new Model(
          "payments",
          Shape.of(Field.count()),
          Sequential.of(
              Linear.of("fc1", Field.count(), HIDDEN),
              Activation.RELU,
              Linear.of("fc2", HIDDEN, HIDDEN),
              Activation.RELU,
              Linear.of("fc3", HIDDEN, 1)));

  private static final TrainingOptions LEARNING =
      TrainingOptions.of(new BinaryCrossEntropy(), Adam.of(0.002)).withBatch(BATCH);

  private FraudModel() {}

  /** With first weights, which know nothing. */
  static TrainingSession open() {
    return TrainingSession.open(NETWORK, LEARNING);
  }

  /** Where no file is there to start from: learns from payments that are made up, for a second. */
  static void learnSimulated(TrainingSession training) {
    Payments payments = new Payments(1, Payments.Pattern.STOLEN_CARDS);
    for (int i = 0; i < FIRST_STEPS; i++) {
      Examples batch = payments.next(BATCH);
      training.x().copyFrom(batch.x());
      training.target().copyFrom(batch.fraud());
      training.step();
    }
  }

  /**
   * @throws Problem where a file's network is not the one that learns here
   */
  static void demandSame(Path file, Graph found, Graph wanted) {
    if (!found.toString().equals(wanted.toString())) {
      throw new Problem(
          Problem.CONFLICT,
          "%s: holds another network, '%s' of %s; this service has '%s' of %s"
              .formatted(
                  file.getFileName(),
                  found.name(),
                  parameters(found),
                  wanted.name(),
                  parameters(wanted)));
    }
  }

  private static List<String> parameters(Graph graph) {
    return graph.parameters().stream().map(p -> p.name() + " " + p.type()).toList();
  }

  /** What a model remembers of where it comes from. */
  static SequencedMap<String, String> origin(long version) {
    SequencedMap<String, String> origin = new LinkedHashMap<>();
    origin.put(VERSION, Long.toString(version));
    return origin;
  }

  static String version(ServingModel model) {
    return model.metadata().get(VERSION);
  }
}
