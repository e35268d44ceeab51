package dev.ballast.cli.report;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/** Trains in a moment, and reports. */
public record TinyRun(
    String name,
    List<String> classes,
    boolean pictures,
    Model model,
    Loss loss,
    int epochs,
    SequencedMap<String, String> metadata) {
  private static final int BATCH = 16;

  public static TinyRun of(
      String name,
      List<String> classes,
      boolean pictures,
      Shape example,
      Loss loss,
      Layer... body) {
    Model model = new Model(name, example, Sequential.of(body));
    return new TinyRun(name, classes, pictures, model, loss, 3, new LinkedHashMap<>());
  }

  public TinyRun withEpochs(int n) {
    return new TinyRun(name, classes, pictures, model, loss, n, metadata);
  }

  public TinyRun with(String key, String value) {
    SequencedMap<String, String> more = new LinkedHashMap<>(metadata);
    more.put(key, value);
    return new TinyRun(name, classes, pictures, model, loss, epochs, more);
  }

  /** Noise with labels in turn, of which each moves elements of its own. */
  public static Dataset labelled(Shape example, int size, int classes, long seed) {
    int[] labels = IntStream.range(0, size).map(i -> i % classes).toArray();
    return ArrayDataset.labelled(example, noise(example, size, classes, seed), labels);
  }

  /** The same of two classes, whose labels are the numbers 0 and 1. */
  public static Dataset binary(Shape example, int size, long seed) {
    float[] labels = new float[size];
    for (int i = 0; i < size; i++) {
      labels[i] = i % 2;
    }
    return ArrayDataset.of(example, noise(example, size, 2, seed), Shape.of(1), labels);
  }

  private static float[] noise(Shape example, int size, int classes, long seed) {
    int width = Math.toIntExact(example.elements());
    Philox random = new Philox(seed, 0);
    float[] x = new float[size * width];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < width; k++) {
        boolean own = k % classes == i % classes;
        x[i * width + k] = (random.nextInt(1000) + (own ? 400 : 0)) / 1000f;
      }
    }
    return x;
  }

  /** y = 2 a − b, and noise. */
  public static Dataset numbers(int size, long seed) {
    Philox random = new Philox(seed, 0);
    float[] x = new float[2 * size];
    float[] y = new float[size];
    for (int i = 0; i < size; i++) {
      x[2 * i] = random.nextInt(2000) / 1000f - 1;
      x[2 * i + 1] = random.nextInt(2000) / 1000f - 1;
      y[i] = 2 * x[2 * i] - x[2 * i + 1] + (random.nextInt(200) - 100) / 500f;
    }
    return ArrayDataset.of(Shape.of(2), x, Shape.of(1), y);
  }

  /** What was reported, and what the trainer's own evaluation says. */
  public record Reported(RunReport report, Evaluation evaluation) {}

  public Reported run(Path folder, Dataset train, Dataset test) throws IOException {
    TrainingOptions options =
        TrainingOptions.of(loss, Adam.of(0.02)).withEpochs(epochs).withBatch(BATCH);
    Path file = folder.resolve("model.ballast");
    try (train;
        test;
        Trainer trainer = new Trainer(model, options, train, Optional.of(test))) {
      TrainingRun run = trainer.fit(new TrainingListener() {});
      Evaluation result = trainer.evaluate(test);
      ModelFile.write(file, Graphs.serving(model, loss, 1), trainer.session().weights(), metadata);
      try (ModelFile written = ModelFile.open(file)) {
        RunMaterial material =
            new RunMaterial(
                model,
                classes,
                loss.divisor().orElseThrow().ignored(),
                run,
                "test",
                result,
                trainer.plan(),
                BATCH,
                trainer.session().segmentBytes(),
                written,
                test,
                "tiny",
                pictures,
                "ballast train '" + name + "'");
        return new Reported(RunReport.of(material), result);
      }
    }
  }
}
