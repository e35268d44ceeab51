package dev.ballast.cli.definition;

import dev.ballast.cli.table.BadRows;
import dev.ballast.cli.table.Table;
import dev.ballast.cli.table.TableFit;
import dev.ballast.cli.table.TableOptions;
import dev.ballast.cli.table.Target;
import dev.ballast.data.Dataset;
import dev.ballast.data.Partition.Shares;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Tables of comma-separated values.
 *
 * @param folder that holds the files
 * @param trainFile file name within the folder
 * @param testFile the same, where the test has a file of its own
 * @param shares how rows are dealt out
 * @param input the shape of an example
 * @param skipsBad whether bad rows are left out, or refused
 * @param fit what was learnt from the rows to train with
 */
public record TableSource(
    Path folder,
    String trainFile,
    Optional<String> testFile,
    TableOptions options,
    Shares shares,
    Shape input,
    boolean skipsBad,
    Optional<TableFit> fit)
    implements DataSource {
  /** The name of what was fitted in a model file's metadata. */
  public static final String COLUMNS = "data.columns";

  @Override
  public OptionalLong bytes() {
    return OptionalLong.empty();
  }

  @Override
  public TableSource in(Path other) {
    return new TableSource(
        other, trainFile, testFile, options, shares, input, skipsBad, Optional.empty());
  }

  @Override
  public TableSource skippingBad() {
    return new TableSource(folder, trainFile, testFile, options, shares, input, true, fit);
  }

  @Override
  public TableSource fitted(Consumer<String> remarks) throws IOException {
    return with(table().fit(bad(remarks)), table().file());
  }

  private TableSource with(TableFit learnt, Path origin) throws IOException {
    if (learnt.width() != input.elements()) {
      throw new IOException(
          "%s: a row becomes %d numbers, and the definition's input is %s: put input = [%d]"
              .formatted(origin, learnt.width(), input, learnt.width()));
    }
    return new TableSource(
        folder, trainFile, testFile, options, shares, input, skipsBad, Optional.of(learnt));
  }

  @Override
  public TableSource fittedAs(Path model, Map<String, String> metadata) throws IOException {
    if (!metadata.containsKey(COLUMNS)) {
      throw new IOException(
          model + ": says nothing of columns: it was not trained on a table by ballast train");
    }
    return with(TableFit.of(model, metadata.get(COLUMNS)), model);
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(COLUMNS, learnt().toJson());
  }

  @Override
  public List<String> classes() {
    return learnt().classes();
  }

  @Override
  public Training training(Consumer<String> remarks) throws IOException {
    Dataset train = table().train(learnt(), input, bad(remarks));
    try {
      return new Training(train, table().validation(learnt(), input, bad(remarks)));
    } catch (IOException | RuntimeException e) {
      train.close();
      throw e;
    }
  }

  @Override
  public Dataset test(Consumer<String> remarks) throws IOException {
    return table().test(learnt(), input, bad(remarks));
  }

  /** What is predicted. */
  public Target target() {
    return learnt().target();
  }

  private TableFit learnt() {
    return fit.orElseThrow(() -> new IllegalStateException("the data were not fitted yet"));
  }

  private BadRows bad(Consumer<String> remarks) {
    return skipsBad ? new BadRows.Skipped(remarks) : new BadRows.Refused();
  }

  private Table table() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder + ": there is no such folder; say where the data is with --data");
    }
    return new Table(folder.resolve(trainFile), testFile.map(folder::resolve), options, shares);
  }
}
