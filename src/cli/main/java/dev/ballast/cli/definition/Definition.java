package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Model;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.BinaryTargets;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model definition: what to train, how, and on what. The file's form is specified in {@code
 * models/README.md}.
 *
 * @param classes the names of the classes, or empty
 * @param text the file's own text, for provenance
 */
public record Definition(
    Model model, TrainingOptions options, DataSource data, List<String> classes, String text) {
  public Definition {
    classes = List.copyOf(classes);
  }

  public Definition withOptions(TrainingOptions other) {
    return new Definition(model, other, data, classes, text);
  }

  public Definition withData(DataSource other) {
    return new Definition(model, options, other, classes, text);
  }

  /** With the classes that the data name, where the definition lists none. */
  public Definition withClassesOfData() throws IOException {
    List<String> names = classes.isEmpty() ? data.classes() : classes;
    return new Definition(model, options, data, names, text).withFittingLoss();
  }

  /**
   * Where a network with one output learns two classes by mean squares, its output is the second
   * one's probability.
   */
  Definition withFittingLoss() {
    boolean classifies =
        options.loss() instanceof MeanSquaredError
            && classes.size() == 2
            && prediction().elements() == 1;
    return classifies ? withOptions(options.withLoss(new MeanSquaredError(true))) : this;
  }

  /**
   * The training data, with targets as the loss takes them.
   *
   * @param remarks hears of data that were passed over
   */
  public Dataset train(Consumer<String> remarks) throws IOException {
    return targets(data.train(remarks));
  }

  /**
   * The test data, with targets as the loss takes them.
   *
   * @param remarks hears of data that were passed over
   */
  public Dataset test(Consumer<String> remarks) throws IOException {
    return targets(data.test(remarks));
  }

  private Dataset targets(Dataset labelled) {
    try {
      return BinaryTargets.where(labelled, options.loss(), prediction());
    } catch (RuntimeException e) {
      labelled.close();
      throw e;
    }
  }

  /** The type of the network's result for one example. */
  private TensorType prediction() {
    return Graphs.serving(model, options.loss(), 1).outputs().get(Model.OUTPUT).type();
  }
}
