package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.data.LinesDataset;
import dev.ballast.data.LinesFile;
import dev.ballast.data.Partition;
import dev.ballast.data.Partition.Shares;
import dev.ballast.data.Subset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The lines of a text, each an example by itself, dealt out by seed.
 *
 * @param folder that holds the file
 * @param steps characters of an example, the end mark included
 * @param ignored the label of what is beyond the end of a line
 * @param skipsBad whether lines that can't be used are left out, or refused
 * @param vocabulary the characters there may be, once they are known
 */
public record LinesSource(
    Path folder,
    String name,
    int steps,
    int ignored,
    Shares shares,
    boolean skipsBad,
    Optional<String> vocabulary)
    implements DataSource {
  /** In a model file's metadata: that its text came in lines, each ended by a line feed. */
  public static final String LINES = "data.lines";

  @Override
  public OptionalLong bytes() throws IOException {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file)
        ? OptionalLong.of(2L * Character.BYTES * Files.size(file))
        : OptionalLong.empty();
  }

  @Override
  public LinesSource in(Path other) {
    return new LinesSource(other, name, steps, ignored, shares, skipsBad, vocabulary);
  }

  @Override
  public LinesSource skippingBad() {
    return new LinesSource(folder, name, steps, ignored, shares, true, vocabulary);
  }

  @Override
  public LinesSource fitted(Consumer<String> remarks) throws IOException {
    return with(LinesFile.vocabularyOf(file(), steps - 1));
  }

  @Override
  public LinesSource fittedAs(Path model, Map<String, String> metadata) throws IOException {
    if (!metadata.containsKey(LINES) || !metadata.containsKey(TextSource.CHARACTERS)) {
      throw new IOException(model + ": says nothing of lines: it was not trained on lines of text");
    }
    return with(metadata.get(TextSource.CHARACTERS));
  }

  private LinesSource with(String known) {
    return new LinesSource(folder, name, steps, ignored, shares, skipsBad, Optional.of(known));
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(TextSource.CHARACTERS, known(), LINES, "true");
  }

  private String known() {
    return vocabulary.orElseThrow(() -> new IllegalStateException("the text was not read yet"));
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public Training training(Consumer<String> remarks) throws IOException {
    LinesDataset all = open(remarks);
    Partition parts = dealt(all);
    Optional<Dataset> validation =
        shares.validation() == 0
            ? Optional.empty()
            : Optional.of(Subset.of(all, parts.validation()));
    return new Training(Subset.of(all, parts.train()), validation);
  }

  @Override
  public Dataset test(Consumer<String> remarks) throws IOException {
    LinesDataset all = open(remarks);
    return Subset.of(all, dealt(all).test());
  }

  private Partition dealt(LinesDataset all) throws IOException {
    try {
      return Partition.of(all.size(), shares);
    } catch (IllegalArgumentException e) {
      all.close();
      throw new IOException(file() + ": " + e.getMessage(), e);
    }
  }

  private LinesDataset open(Consumer<String> remarks) throws IOException {
    LinesFile.Bad bad =
        skipsBad
            ? complaint -> remarks.accept("skipped " + complaint)
            : complaint -> {
              throw new IOException(complaint);
            };
    return LinesDataset.open(file(), known(), steps, ignored, bad);
  }

  private Path file() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder + ": there is no such folder; say where the data is with --data");
    }
    return folder.resolve(name);
  }
}
