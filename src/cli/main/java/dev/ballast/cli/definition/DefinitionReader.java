package dev.ballast.cli.definition;

import dev.ballast.loss.Loss;
import dev.ballast.nn.Model;
import dev.ballast.optim.Optimizer;
import dev.ballast.plan.PlanOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** Reads a definition from a TOML file. */
public final class DefinitionReader {
  private final Path file;
  private final Section root;
  private final String text;

  private DefinitionReader(Path file, Section root, String text) {
    this.file = file;
    this.root = root;
    this.text = text;
  }

  /**
   * @throws DefinitionException where the file is not a definition; names file, line and column
   * @throws IOException where it can't be read
   */
  public static Definition read(Path file) throws IOException {
    String text = text(file);
    TomlParseResult toml = Toml.parse(text);
    if (toml.hasErrors()) {
      TomlParseError e = toml.errors().getFirst();
      String where = file + ":" + e.position().line() + ":" + e.position().column() + ": ";
      throw new DefinitionException(where + e.getMessage());
    }
    return new DefinitionReader(file, new Section(file, "", toml), text).read();
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new DefinitionException(file + ": is not UTF-8 text");
    }
  }

  private Definition read() throws DefinitionException {
    String name = root.text("name");
    Shape input = Shape.of(root.sizes("input"));
    if (input.elements() > Integer.MAX_VALUE) {
      throw root.at("input", "an example of " + input + " is too large");
    }
    Loss loss = root.named("loss", Loss::of);
    TrainingOptions options =
        new TrainingOptions(
            loss,
            optimizer(root.section("optimizer")),
            root.whole("batch", 1),
            root.whole("epochs", 0),
            root.seed("seed"),
            root.flag("shuffle", true),
            PlanOptions.defaults());
    List<String> classes = root.texts("classes", List.of());
    if (classes.stream().distinct().count() < classes.size()
        || classes.stream().anyMatch(c -> c.contains("\n"))) {
      throw root.at("classes", "each class needs a name of its own, on one line");
    }
    Path folder = file.toAbsolutePath().getParent();
    DataSource data =
        new DataReader(root, root.section("data"), folder, input, loss, classes).read();
    LayerReader layers = new LayerReader(input);
    for (Section s : root.sections("layer")) {
      layers.add(s);
    }
    root.finish();
    Model model = new Model(name, input, layers.body());
    return new Definition(model, options, data, classes, text).withFittingLoss();
  }

  private static Optimizer optimizer(Section s) throws DefinitionException {
    String kind = s.text("kind");
    double rate = s.number("learning_rate");
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw s.at("learning_rate", "must be a finite number above 0, not " + rate);
    }
    double decay = s.number("weight_decay", kind.equals("adamw") ? 0.01 : 0);
    Optimizer optimizer =
        switch (kind) {
          case "sgd" -> {
            double momentum = s.number("momentum", 0);
            boolean nesterov = s.flag("nesterov", false);
            if (nesterov && momentum == 0) {
              throw s.at("nesterov", "needs a momentum above 0");
            }
            yield new Optimizer.Sgd(rate, momentum, nesterov, decay);
          }
          case "adam", "adamw" ->
              new Optimizer.Adam(
                  rate,
                  s.number("beta1", 0.9),
                  s.number("beta2", 0.999),
                  s.number("epsilon", 1e-8),
                  decay,
                  kind.equals("adamw"));
          default -> throw s.at("kind", "unknown optimizer '" + kind + "': sgd, adam or adamw");
        };
    s.finish();
    return optimizer;
  }
}
