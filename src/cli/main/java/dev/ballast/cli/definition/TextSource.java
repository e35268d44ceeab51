package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.data.Partition.Shares;
import dev.ballast.data.TextDataset;
import dev.ballast.data.TextDataset.Part;
import dev.ballast.data.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A text by characters: its first part to train with, the next for validation, the last for the
 * test.
 *
 * @param folder that holds the file
 * @param block characters of an example
 * @param perEpoch how many examples each epoch draws, which may begin at any character; if empty,
 *     examples follow each other, and an epoch is all of them
 * @param shares how long each part is; nothing is drawn
 * @param vocabulary the characters there may be, once they are known
 */
public record TextSource(
    Path folder,
    String name,
    int block,
    OptionalInt perEpoch,
    Shares shares,
    Optional<String> vocabulary)
    implements DataSource {
  /** The name of the vocabulary in a model file's metadata. */
  public static final String CHARACTERS = "data.characters";

  @Override
  public OptionalLong bytes() throws IOException {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file)
        ? OptionalLong.of(2L * Character.BYTES * Files.size(file))
        : OptionalLong.empty();
  }

  @Override
  public TextSource in(Path other) {
    return new TextSource(other, name, block, perEpoch, shares, vocabulary);
  }

  /** A text has no examples that could be left out. */
  @Override
  public TextSource skippingBad() {
    return this;
  }

  @Override
  public boolean skipsBad() {
    return false;
  }

  @Override
  public TextSource fitted(Consumer<String> remarks) throws IOException {
    return with(TextFile.vocabularyOf(file()));
  }

  @Override
  public TextSource fittedAs(Path model, Map<String, String> metadata) throws IOException {
    if (!metadata.containsKey(CHARACTERS)) {
      throw new IOException(model + ": says nothing of characters: it was not trained on a text");
    }
    return with(metadata.get(CHARACTERS));
  }

  private TextSource with(String known) {
    return new TextSource(folder, name, block, perEpoch, shares, Optional.of(known));
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(CHARACTERS, known());
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
    double test = 1 - shares.test();
    double end = test * (1 - shares.validation());
    Part first = new Part(0, end);
    TextDataset train =
        perEpoch.isPresent()
            ? TextDataset.drawing(file(), known(), first, block, perEpoch.getAsInt())
            : open(first);
    try {
      return new Training(
          train, end < test ? Optional.of(open(new Part(end, test))) : Optional.empty());
    } catch (IOException | RuntimeException e) {
      train.close();
      throw e;
    }
  }

  @Override
  public Dataset test(Consumer<String> remarks) throws IOException {
    return open(new Part(1 - shares.test(), 1));
  }

  private TextDataset open(Part part) throws IOException {
    return TextDataset.open(file(), known(), part, block);
  }

  private Path file() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder
              + ": there is no such folder; say where the text is with --data. Where the texts of"
              + " Ballast's own models come from stands in models/README.md");
    }
    return folder.resolve(name);
  }
}
