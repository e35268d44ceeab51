package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionException;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.definition.LinesSource;
import dev.ballast.cli.definition.NpySource;
import dev.ballast.cli.definition.PixelSource;
import dev.ballast.cli.definition.TableSource;
import dev.ballast.cli.definition.TextSource;
import dev.ballast.cli.table.TableFit;
import dev.ballast.data.Dataset;
import dev.ballast.loss.Loss;
import dev.ballast.openblas.OpenBlas;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** What a model file says of its making, and what is needed to feed it. */
record Provenance(SequencedMap<String, String> metadata) {
  private static final String LOSS = "loss";
  private static final String CLASSES = "classes";

  /** The definition's text, what was set on the command line before it as comments. */
  static final String DEFINITION = "definition";

  /** See {@link History}. */
  static final String HISTORY = "history";

  /**
   * Of a run.
   *
   * @param run the epochs that have ended
   * @param evaluation of the kept weights on the test data
   */
  static Provenance of(
      Definition d, Dataset train, List<Epoch> run, Optional<Evaluation> evaluation) {
    SequencedMap<String, String> m = needs(d);
    m.put("data.sha256", train.checksum());
    m.put("data.examples", Integer.toString(train.size()));
    m.put("seed", Long.toString(d.options().seed()));
    m.put("batch", Integer.toString(d.options().batch()));
    m.put("epochs", Integer.toString(run.size()));
    m.put("optimizer", d.options().optimizer().toString());
    evaluation.ifPresent(e -> m.put("test.loss", Double.toString(e.loss())));
    evaluation
        .filter(e -> e.accuracy().isPresent())
        .ifPresent(e -> m.put("test.accuracy", Double.toString(e.accuracy().getAsDouble())));
    if (!run.isEmpty()) {
      m.put(HISTORY, History.text(run));
    }
    return made(d, m);
  }

  /** Of weights that were trained elsewhere. */
  static Provenance imported(Definition d, Path weights) {
    SequencedMap<String, String> m = needs(d);
    m.put("imported", weights.getFileName().toString());
    return made(d, m);
  }

  /** What is needed to feed it and to understand it. */
  private static SequencedMap<String, String> needs(Definition d) {
    SequencedMap<String, String> m = new LinkedHashMap<>();
    m.put("name", d.model().name());
    m.put(LOSS, d.options().loss().label());
    m.put(CLASSES, String.join("\n", d.classes()));
    m.putAll(d.data().metadata());
    return m;
  }

  private static Provenance made(Definition d, SequencedMap<String, String> m) {
    m.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    m.put("ballast.version", Version.text());
    m.put("openblas.config", OpenBlas.report().config());
    m.put("java.version", Runtime.version().toString());
    m.put(DEFINITION, d.text());
    return new Provenance(m);
  }

  /**
   * The loss it was trained with: that of the definition in the file, with all that it says of it,
   * or of its name alone; empty where the file tells neither.
   *
   * @param model the file, for complaints
   * @throws IOException where the file tells one that can't be read
   */
  Optional<Loss> loss(Path model) throws IOException {
    if (metadata.containsKey(DEFINITION)) {
      try {
        Definition d = DefinitionReader.readKept(model, metadata.get(DEFINITION));
        return Optional.of(d.options().loss());
      } catch (DefinitionException e) {
        return named(e.getMessage() + "; ");
      }
    }
    return named(model + ": ");
  }

  private Optional<Loss> named(String complaint) throws IOException {
    String label = metadata.get(LOSS);
    if (label == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Loss.of(label));
    } catch (IllegalArgumentException e) {
      throw new IOException(complaint + e.getMessage(), e);
    }
  }

  List<String> classes() {
    String classes = metadata.getOrDefault(CLASSES, "");
    return classes.isEmpty() ? List.of() : List.of(classes.split("\n"));
  }

  /**
   * How the columns of a table become what the network takes; empty where it was trained on
   * something else.
   *
   * @param model the file, for complaints
   */
  Optional<TableFit> columns(Path model) throws IOException {
    String columns = metadata.get(TableSource.COLUMNS);
    return columns == null ? Optional.empty() : Optional.of(TableFit.of(model, columns));
  }

  /** Whether it was trained on arrays. */
  boolean seesArrays() {
    return metadata.containsKey(NpySource.MEAN);
  }

  /** Whether it was trained on a text, or on lines of one. */
  boolean seesText() {
    return metadata.containsKey(TextSource.CHARACTERS) || metadata.containsKey(LinesSource.LINES);
  }

  /** Whether it was trained on images. */
  boolean seesPixels() {
    return metadata.containsKey(PixelSource.MEAN);
  }

  /** What is taken from numbers of arrays; 0 where it was not trained on any. */
  double arrayMean() {
    return Double.parseDouble(metadata.getOrDefault(NpySource.MEAN, "0"));
  }

  double arrayDeviation() {
    return Double.parseDouble(metadata.getOrDefault(NpySource.DEVIATION, "1"));
  }

  double mean() {
    return Double.parseDouble(metadata.getOrDefault(PixelSource.MEAN, "0"));
  }

  double deviation() {
    return Double.parseDouble(metadata.getOrDefault(PixelSource.DEVIATION, "1"));
  }
}
