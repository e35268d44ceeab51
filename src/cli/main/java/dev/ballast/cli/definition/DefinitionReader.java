package dev.ballast.cli.definition;

import dev.ballast.loss.Loss;
import dev.ballast.loss.Task;
import dev.ballast.nn.Model;
import dev.ballast.optim.Schedule;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.EarlyStopping;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** Reads a definition from a TOML file. */
public final class DefinitionReader {
  private static final double NANOS_PER_MINUTE = 60e9;
  private static final int MOST_MINUTES = 1_000_000;

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
    return read(file, Overrides.none());
  }

  /**
   * @param overrides values in place of the file's own
   * @throws DefinitionException where the file is not a definition, or has no such keys
   * @throws IOException where it can't be read
   */
  public static Definition read(Path file, Overrides overrides) throws IOException {
    return read(file, text(file), overrides);
  }

  /**
   * Reads a definition as a model file keeps it, with what was set instead of its own values.
   *
   * @param file it is told as part of
   * @throws DefinitionException where the text is not a definition
   */
  public static Definition readKept(Path file, String text) throws DefinitionException {
    return read(file, text, Overrides.ofComments(text));
  }

  /**
   * The keys of a definition as a model file keeps it, each by its path with its value as a text;
   * what was set instead of its own included. A part of a list of tables has its number in the
   * path: {@code layer[2].out}.
   *
   * @param file it is told as part of
   * @throws DefinitionException where the text is no TOML
   */
  public static Map<String, String> settings(Path file, String text) throws DefinitionException {
    Map<String, String> settings = new LinkedHashMap<>();
    flatten("", parse(file, text), settings);
    settings.putAll(Overrides.ofComments(text).texts());
    return settings;
  }

  private static void flatten(String path, Object value, Map<String, String> to) {
    if (value instanceof TomlTable table) {
      for (String key : table.keySet()) {
        flatten(path.isEmpty() ? key : path + "." + key, table.get(List.of(key)), to);
      }
    } else if (value instanceof TomlArray array && isOfTables(array)) {
      for (int i = 0; i < array.size(); i++) {
        flatten(path + "[" + i + "]", array.get(i), to);
      }
    } else {
      to.put(path, value instanceof TomlArray array ? array.toList().toString() : "" + value);
    }
  }

  private static boolean isOfTables(TomlArray array) {
    return !array.isEmpty() && array.get(0) instanceof TomlTable;
  }

  private static TomlParseResult toml(Path file, String text) throws DefinitionException {
    try {
      return Toml.parse(text);
    } catch (RuntimeException | AssertionError e) {
      // Found by fuzzing: some damaged headers bring the parser itself to fail.
      var unreadable = new DefinitionException(file + ": is no TOML: " + e.getMessage());
      unreadable.initCause(e);
      throw unreadable;
    }
  }

  private static TomlParseResult parse(Path file, String text) throws DefinitionException {
    TomlParseResult toml = toml(file, text);
    if (toml.hasErrors()) {
      TomlParseError e = toml.errors().getFirst();
      String where = file + ":" + e.position().line() + ":" + e.position().column() + ": ";
      throw new DefinitionException(where + e.getMessage());
    }
    return toml;
  }

  private static Definition read(Path file, String text, Overrides overrides)
      throws DefinitionException {
    Section root = new Section(file, "", parse(file, text), overrides);
    Definition d = new DefinitionReader(file, root, overrides.comments() + text).read();
    overrides.demandUsed();
    return d;
  }

  private static String text(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder; name a definition in it, a TOML file");
    }
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new DefinitionException(
          file + ": is not UTF-8 text; a definition is a TOML file, as models/mnist-mlp.toml");
    }
  }

  private Definition read() throws DefinitionException {
    String name = root.text("name");
    Shape input = input();
    Loss loss = LossReader.read(root);
    UpdateReader update = new UpdateReader(root);
    Schedule schedule = ScheduleReader.read(root);
    int accumulate = root.whole("accumulate", 1, 1);
    TrainingOptions once =
        TrainingOptions.of(loss, update.rule().optimizer())
            .withUpdate(update.rule())
            .withSchedule(schedule)
            .withBatch(root.whole("batch", 1))
            .withEpochs(root.whole("epochs", 0))
            .withSeed(root.seed("seed"))
            .withShuffle(root.flag("shuffle", true))
            .withEarlyStopping(earlyStopping());
    TrainingOptions options = root.made("accumulate", () -> once.withAccumulate(accumulate));
    List<String> classes = root.texts("classes", List.of());
    if (classes.stream().distinct().count() < classes.size()
        || classes.stream().anyMatch(c -> c.contains("\n"))) {
      throw root.at("classes", "each class needs a name of its own, on one line");
    }
    Path folder = file.toAbsolutePath().getParent();
    Section described = root.section("data");
    String origin = described.text("origin", "");
    DataSource data = new DataReader(root, described, folder, input, loss, classes).read();
    LayerReader layers = layers(input);
    root.finish();
    Model model = new Model(name, input, layers.input(), layers.body());
    try {
      update.demandFit(model);
    } catch (ShapeException e) {
      throw root.at("layer", e.getMessage());
    }
    Definition d = new Definition(model, options, data, origin, classes, text).withFittingLoss();
    demandFit(d);
    return d;
  }

  private Shape input() throws DefinitionException {
    List<Integer> sizes = root.sizes("input");
    try {
      Shape input = Shape.of(sizes);
      if (input.elements() <= Integer.MAX_VALUE) {
        return input;
      }
      throw root.at("input", "an example of " + input + " is too large");
    } catch (ShapeException e) {
      throw root.at("input", e.getMessage());
    }
  }

  /** Sizes that are each in range may make weights, or what a layer leaves, that no array holds. */
  private LayerReader layers(Shape input) throws DefinitionException {
    LayerReader layers = LayerReader.ofNetwork(input);
    for (Section s : root.sections("layer")) {
      try {
        layers.add(s);
      } catch (ShapeException e) {
        throw s.at("kind", e.getMessage());
      } catch (ArithmeticException e) {
        throw s.at("kind", "gets more elements than an axis can have");
      }
    }
    return layers;
  }

  private EarlyStopping earlyStopping() throws DefinitionException {
    EarlyStopping e = EarlyStopping.never();
    if (!root.has("early_stopping")) {
      return e;
    }
    Section s = root.section("early_stopping");
    e = s.has("patience") ? e.withPatience(s.whole("patience", 1)) : e;
    double change = s.number("smallest_change", 0);
    if (!(change >= 0) || Double.isInfinite(change)) {
      throw s.at("smallest_change", "must be a finite number, at least 0, not " + change);
    }
    if (s.has("minutes")) {
      double minutes = s.number("minutes");
      if (!(minutes > 0) || minutes > MOST_MINUTES) {
        throw s.at("minutes", "must be above 0 and at most " + MOST_MINUTES + ", not " + minutes);
      }
      e = e.withLongest(Duration.ofNanos((long) (minutes * NANOS_PER_MINUTE)));
    }
    s.finish();
    return e.withSmallestChange(change);
  }

  private void demandFit(Definition d) throws DefinitionException {
    Optional<String> misfit = d.classes().isEmpty() ? Optional.empty() : d.misfit();
    if (misfit.isPresent()) {
      throw root.at("loss", misfit.get());
    }
    try {
      Graphs.trainingLoss(d.model(), d.options().loss(), 1);
    } catch (ShapeException e) {
      throw root.at("loss", e.getMessage());
    }
    TensorType prediction = d.model().inference(1).outputs().get(Model.OUTPUT).type();
    int outputs = prediction.shape().dim(-1);
    boolean classifies = d.options().loss().task(prediction) instanceof Task.Classes;
    if (classifies && d.classes().size() > outputs) {
      throw root.at(
          "classes",
          "there are %d, and the network has outputs for %d"
              .formatted(d.classes().size(), outputs));
    }
  }
}
