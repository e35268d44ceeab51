package dev.ballast.cli.definition;

import dev.ballast.cli.table.Target.Quantity;
import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.ir.Graph;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.loss.Task;
import dev.ballast.nn.Embedding;
import dev.ballast.nn.Model;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.BinaryTargets;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A model definition: what to train, how, and on what. The file's form is specified in {@code
 * models/README.md}.
 *
 * @param origin where the data come from, told where they are missing; or empty
 * @param classes the names of the classes, or empty
 * @param text the file's own text, for provenance
 */
public record Definition(
    Model model,
    TrainingOptions options,
    DataSource data,
    String origin,
    List<String> classes,
    String text) {
  public Definition {
    classes = List.copyOf(classes);
  }

  public Definition withOptions(TrainingOptions other) {
    return new Definition(model, other, data, origin, classes, text);
  }

  public Definition withData(DataSource other) {
    return new Definition(model, options, other, origin, classes, text);
  }

  /** With what the data to train with decide: classes, where the definition lists none. */
  public Definition fitted(Consumer<String> remarks) throws IOException {
    demandData();
    return withFitted(data.fitted(remarks));
  }

  /**
   * With what was decided when a model was trained.
   *
   * @param metadata of the model's file
   */
  public Definition fittedAs(Path file, Map<String, String> metadata) throws IOException {
    return withFitted(data.fittedAs(file, metadata));
  }

  private Definition withFitted(DataSource fitted) throws IOException {
    List<String> names = classes.isEmpty() ? fitted.classes() : classes;
    switch (fitted) {
      case TextSource t -> demandRoom(t.folder().resolve(t.name()), t.vocabulary().orElseThrow());
      case LinesSource l -> demandRoom(l.folder().resolve(l.name()), l.vocabulary().orElseThrow());
      default -> {}
    }
    return new Definition(model, options, fitted, origin, names, text).withFittingLoss();
  }

  /** Demands that the network tells all characters apart. */
  private void demandRoom(Path text, String vocabulary) throws IOException {
    int characters = vocabulary.length();
    Graph graph = model.inference(1);
    int outputs = graph.outputs().get(Model.OUTPUT).type().shape().dim(-1);
    int rows = Embedding.rows(graph, graph.inputs().getFirst()).orElse(characters);
    if (characters > Math.min(rows, outputs)) {
      throw new IOException(
          "%s: has %d different characters; the network's embedding has %d rows and its last layer %d outputs, and both need one for each"
              .formatted(text, characters, rows, outputs));
    }
  }

  /** Where there are classes, a loss of numbers learns those. */
  Definition withFittingLoss() {
    return classes.isEmpty()
        ? this
        : withOptions(options.withLoss(options.loss().ofClasses(classes.size(), prediction())));
  }

  /**
   * The training and validation data, with targets as the loss takes them.
   *
   * @param remarks hears of data that were passed over
   */
  public DataSource.Training training(Consumer<String> remarks) throws IOException {
    demandData();
    DataSource.Training t = data.training(remarks);
    try {
      return new DataSource.Training(
          targets(t.train(), remarks), t.validation().map(v -> targets(v, remarks)));
    } catch (RuntimeException e) {
      t.close();
      throw e;
    }
  }

  /**
   * The test data, with targets as the loss takes them.
   *
   * @param remarks hears of data that were passed over
   */
  public Dataset test(Consumer<String> remarks) throws IOException {
    demandData();
    Dataset test = data.test(remarks);
    try {
      return targets(test, remarks);
    } catch (RuntimeException e) {
      test.close();
      throw e;
    }
  }

  private void demandData() throws IOException {
    if (!origin.isEmpty() && !Files.exists(data.folder())) {
      throw new IOException(
          "%s: there is no such folder or archive: %s; say where the data is with --data"
              .formatted(data.folder().normalize(), origin));
    }
  }

  private Dataset targets(Dataset raw, Consumer<String> remarks) {
    TensorType prediction = prediction();
    Loss loss = options.loss();
    Dataset good =
        loss.task(prediction) instanceof Task.Classes task
                && raw instanceof LabelledDataset labelled
            ? LabelRange.of(
                labelled, prediction.shape().dim(-1), task.ignored(), data.skipsBad(), remarks)
            : raw;
    Dataset fitting = BinaryTargets.where(good, loss, prediction);
    if (fitting instanceof LabelledDataset && loss.isOfNumbers()) {
      throw new ShapeException(
          misfit().orElse(loss.label() + " takes numbers, the data have labels"));
    }
    return fitting;
  }

  /** Why a loss of numbers can't learn labels here, and the next step; empty where it can. */
  Optional<String> misfit() {
    TensorType prediction = prediction();
    int outputs = prediction.shape().rank() == 0 ? 1 : prediction.shape().dim(-1);
    boolean two = classes.size() == 2 && prediction.elements() == 1;
    if (!options.loss().isOfNumbers() || two) {
      return Optional.empty();
    }
    String label = options.loss().label();
    return Optional.of(
        classes.isEmpty()
            ? "%s takes numbers, and the data have labels: name the classes, as many as the network has outputs (%d), or take the loss cross_entropy"
                .formatted(label, outputs)
            : "%s learns classes with an output for each, or two of them with one output, but there are %d classes and %d outputs: put out = %d in the last layer"
                .formatted(label, classes.size(), outputs, classes.size()));
  }

  public Definition skippingBad() {
    return withData(data.skippingBad());
  }

  /** The root of a mean square, in the unit of a table's target; empty for anything else. */
  public OptionalDouble rootMeanSquare(Evaluation e) {
    boolean squares = options.loss().equals(new MeanSquaredError());
    return squares && data instanceof TableSource table && table.target() instanceof Quantity q
        ? OptionalDouble.of(Math.sqrt(e.loss()) * q.deviation())
        : OptionalDouble.empty();
  }

  /** The label that does not count, where there is one. */
  public OptionalInt ignoredLabel() {
    return options.loss().task(prediction()) instanceof Task.Classes c
        ? c.ignored()
        : OptionalInt.empty();
  }

  /** The type of the network's result for one example. */
  private TensorType prediction() {
    return Graphs.serving(model, options.loss(), 1).outputs().get(Model.OUTPUT).type();
  }
}
