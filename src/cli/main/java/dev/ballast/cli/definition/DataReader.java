package dev.ballast.cli.definition;

import dev.ballast.cli.table.TableOptions;
import dev.ballast.cli.table.TableRules;
import dev.ballast.data.Augmentation;
import dev.ballast.data.ImageFolder;
import dev.ballast.data.NpyDataset;
import dev.ballast.data.Partition.Shares;
import dev.ballast.image.PictureSize;
import dev.ballast.loss.Loss;
import dev.ballast.loss.Task;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the table {@code [data]} of a definition.
 *
 * @param root the definition itself, for complaints about what the data need of it
 * @param section that is read
 * @param folder that holds the definition
 */
record DataReader(
    Section root, Section section, Path folder, Shape input, Loss loss, List<String> classes) {

  DataSource read() throws DefinitionException {
    String kind = section.text("kind");
    DataSource data =
        switch (kind) {
          case "idx" -> idx();
          case "images" -> images();
          case "csv" -> table();
          case "npy" -> arrays();
          case "text" -> text();
          case "lines" -> lines();
          default ->
              throw section.at(
                  "kind",
                  "unknown kind of data '" + kind + "': idx, images, csv, npy, text or lines");
        };
    section.finish();
    return data;
  }

  private Path dataFolder() throws DefinitionException {
    return folder.resolve(section.text("folder"));
  }

  private double deviation() throws DefinitionException {
    double deviation = section.number("deviation", 1);
    if (!(deviation > 0)) {
      throw section.at("deviation", "must be above 0");
    }
    return deviation;
  }

  private double share(String key) throws DefinitionException {
    double share = section.number(key, 0);
    if (!(share >= 0 && share < 1)) {
      throw section.at(key, "must be in [0, 1), not " + share);
    }
    return share;
  }

  /** Of data whose test has files of its own. */
  private Shares validation() throws DefinitionException {
    return new Shares(0, share("validation"), section.seed("split_seed"));
  }

  private Preparation preparation() throws DefinitionException {
    return new Preparation(validation(), augmentation());
  }

  private Optional<Augmentation> augmentation() throws DefinitionException {
    if (!root.has("augment")) {
      return Optional.empty();
    }
    Section s = root.section("augment");
    int shift = s.whole("shift", 0, 0);
    double rotate = s.number("rotate", 0);
    if (!(rotate >= 0 && rotate <= 180)) {
      throw s.at("rotate", "must be in [0, 180] degrees, not " + rotate);
    }
    Augmentation augmentation = new Augmentation(shift, s.flag("flip", false), rotate);
    s.finish();
    if (input.rank() != 2 && input.rank() != 3) {
      throw root.at("input", "must be [H, W] or [C, H, W] where images are to be changed");
    }
    return Optional.of(augmentation);
  }

  private IdxSource idx() throws DefinitionException {
    double mean = section.number("mean", 0);
    double deviation = deviation();
    return new IdxSource(
        dataFolder(),
        section.text("train_images"),
        section.text("train_labels"),
        section.text("test_images"),
        section.text("test_labels"),
        mean,
        deviation,
        preparation(),
        false);
  }

  private ImageSource images() throws DefinitionException {
    double mean = section.number("mean", 0);
    double deviation = deviation();
    return new ImageSource(
        dataFolder(),
        section.text("train", "train"),
        section.text("test", "test"),
        new ImageFolder.Options(
            picture(),
            classes,
            mean,
            deviation,
            section.has("broken")
                ? section.named("broken", DataReader::broken)
                : ImageFolder.Broken.REFUSE),
        preparation());
  }

  private Shape picture() throws DefinitionException {
    try {
      PictureSize.of(input);
      return input;
    } catch (ShapeException e) {
      throw root.at("input", e.getMessage() + ", as images need");
    }
  }

  private static ImageFolder.Broken broken(String label) {
    return switch (label) {
      case "refuse" -> ImageFolder.Broken.REFUSE;
      case "skip" -> ImageFolder.Broken.SKIP;
      default -> throw new IllegalArgumentException("must be refuse or skip, not " + label);
    };
  }

  /** Whether targets are classes, or quantities. */
  private boolean labels() {
    return !loss.isOfNumbers() || !classes.isEmpty();
  }

  private NpySource arrays() throws DefinitionException {
    double mean = section.number("mean", 0);
    double deviation = deviation();
    return new NpySource(
        dataFolder(),
        section.text("train_x"),
        section.text("train_y"),
        section.text("test_x"),
        section.text("test_y"),
        new NpyDataset.Options(input, mean, deviation, labels()),
        validation(),
        false);
  }

  private TextSource text() throws DefinitionException {
    if (input.rank() != 1) {
      throw root.at("input", "a text needs the characters of an example, as [64]");
    }
    double test = section.has("test_share") ? share("test_share") : 0.1;
    if (test == 0) {
      throw section.at("test_share", "must be above 0: the last part of the text is the test");
    }
    Shares shares = new Shares(test, share("validation"), 0);
    return new TextSource(
        dataFolder(),
        section.text("file"),
        input.dim(0),
        section.has("per_epoch")
            ? OptionalInt.of(section.whole("per_epoch", 1))
            : OptionalInt.empty(),
        shares,
        Optional.empty());
  }

  private LinesSource lines() throws DefinitionException {
    if (input.rank() != 1 || input.dim(0) < 2) {
      throw root.at("input", "lines need the characters of the longest and one more, as [16]");
    }
    double test = section.has("test_share") ? share("test_share") : 0.1;
    if (test == 0) {
      throw section.at("test_share", "must be above 0: some of the lines are the test");
    }
    Shares shares = new Shares(test, share("validation"), section.seed("split_seed"));
    return new LinesSource(
        dataFolder(),
        section.text("file"),
        input.dim(0),
        ignoredLabel(),
        shares,
        false,
        Optional.empty());
  }

  /** The label for what is beyond the end of a line. */
  private int ignoredLabel() throws DefinitionException {
    OptionalInt ignored =
        loss.task(TensorType.f32(1, 2)) instanceof Task.Classes c
            ? c.ignored()
            : OptionalInt.empty();
    if (ignored.isEmpty() || ignored.getAsInt() >= 0) {
      throw root.at(
          "loss",
          "lines end before the longest does, which a loss must not look at: put [loss] with kind ="
              + " \"cross_entropy\" and ignored = -1");
    }
    return ignored.getAsInt();
  }

  private TableSource table() throws DefinitionException {
    Path folder = dataFolder();
    String train = section.text("train");
    Optional<String> test =
        section.has("test") ? Optional.of(section.text("test")) : Optional.empty();
    Shares shares =
        new Shares(share("test_share"), share("validation"), section.seed("split_seed"));
    if (test.isPresent() == shares.test() > 0) {
      throw section.at("test", "a table needs a file for the test, or a test_share of the other");
    }
    return new TableSource(
        folder, train, test, tableOptions(), shares, input, false, Optional.empty());
  }

  private TableOptions tableOptions() throws DefinitionException {
    TableRules rules =
        new TableRules(
            delimiter(),
            section.texts("missing_marks", TableRules.defaults().missingMarks()),
            choice("missing", "refuse", "fill").equals("fill"),
            choice("unknown", "zeros", "refuse").equals("refuse"));
    TableOptions options =
        new TableOptions(
            rules,
            section.text("target"),
            section.texts("numeric", List.of()),
            section.texts("categorical", List.of()),
            section.texts("ignore", List.of()),
            labels(),
            classes,
            section.flag("standardize_target", false));
    demandNamedOnce(options);
    if (labels() && options.standardizeTarget()) {
      throw section.at("standardize_target", "the target's values are classes, no numbers");
    }
    return options;
  }

  private void demandNamedOnce(TableOptions options) throws DefinitionException {
    HashSet<String> seen = new HashSet<>();
    for (String name : options.named()) {
      if (!seen.add(name)) {
        throw section.at(
            "target",
            "column '" + name + "' is named twice in target, numeric, categorical, ignore");
      }
    }
  }

  private char delimiter() throws DefinitionException {
    String text = section.text("delimiter", ",");
    if (text.length() != 1 || "\"\r\n".contains(text)) {
      throw section.at("delimiter", "must be one character, not '" + text + "'");
    }
    return text.charAt(0);
  }

  /** One of two words, the first if the key is absent. */
  private String choice(String key, String first, String second) throws DefinitionException {
    String word = section.text(key, first);
    if (!word.equals(first) && !word.equals(second)) {
      throw section.at(key, "must be " + first + " or " + second + ", not " + word);
    }
    return word;
  }
}
