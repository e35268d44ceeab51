package dev.ballast.example;

import dev.ballast.format.ModelFile;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.serve.ServingOptions;
import dev.ballast.train.TrainingSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** All that answers and learns, and nothing of HTTP. */
final class Engine implements AutoCloseable {
  private final ModelRef ref;
  private final Scorer scorer;
  private final Learner learner;

  private Engine(ModelRef ref, Scorer scorer, Learner learner) {
    this.ref = ref;
    this.scorer = scorer;
    this.learner = learner;
  }

  /**
   * Loads a model, or learns a first one.
   *
   * @throws IOException where the file can't be read
   */
  static Engine open(Settings settings) throws IOException {
    TrainingSession training = FraudModel.open();
    ModelRef ref = null;
    boolean opened = false;
    try {
      Optional<Path> file = firstModel(settings);
      if (file.isPresent()) {
        start(training, file.get());
      } else {
        FraudModel.learnSimulated(training);
      }
      ref =
          new ModelRef(
              ServingModel.of(
                  training.serving(),
                  training.keep(),
                  FraudModel.origin(1),
                  ServingOptions.defaults()));
      Scorer scorer = new Scorer(ref, settings.sessions());
      Optional<Path> save = settings.models().map(folder -> new ModelFolder(folder).learned());
      Learner learner = new Learner(training, ref, settings.queue(), settings.publish(), save);
      learner.start();
      opened = true;
      return new Engine(ref, scorer, learner);
    } finally {
      if (!opened) {
        if (ref != null) {
          ref.close();
        }
        training.close();
      }
    }
  }

  private static Optional<Path> firstModel(Settings s) {
    return s.model()
        .or(
            () ->
                s.models().map(folder -> new ModelFolder(folder).learned()).filter(Files::exists));
  }

  private static void start(TrainingSession training, Path file) throws IOException {
    try (ModelFile model = ModelFile.open(file)) {
      FraudModel.demandSame(file, model.graph(), training.serving());
      training.startFrom(model.graph(), model.weights());
    }
  }

  ModelRef ref() {
    return ref;
  }

  Scorer scorer() {
    return scorer;
  }

  Learner learner() {
    return learner;
  }

  /** Learns from what was taken, and frees everything. */
  @Override
  public void close() {
    try {
      learner.close();
    } finally {
      ref.close();
    }
  }
}
