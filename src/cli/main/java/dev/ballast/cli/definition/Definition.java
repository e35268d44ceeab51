package dev.ballast.cli.definition;

import dev.ballast.nn.Model;
import dev.ballast.train.TrainingOptions;
import java.util.List;

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
}
