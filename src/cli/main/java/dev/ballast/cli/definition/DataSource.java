package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.data.Partition;
import dev.ballast.data.Partition.Shares;
import dev.ballast.data.Subset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Where a definition's examples come from. */
public sealed interface DataSource
    permits PixelSource, TableSource, NpySource, TextSource, LinesSource {
  Path folder();

  /**
   * The bytes that training and test data take in memory; empty where only reading them all would
   * tell, or where they are not there.
   *
   * @throws IOException where a file that is there is not what it should be
   */
  OptionalLong bytes() throws IOException;

  /** The same files in another folder. */
  DataSource in(Path otherFolder);

  /** The same, but what is bad is left out and told instead of refused. */
  DataSource skippingBad();

  boolean skipsBad();

  /** The same, but training examples stay as they are, whatever is done to them in training. */
  default DataSource withoutChanges() {
    return this;
  }

  /**
   * With what the data to train with decide, as the classes' names, which are read for that.
   *
   * @param remarks hears, line by line, what was wrong with data that were passed over
   * @throws IOException where the data are not there, or bad
   */
  DataSource fitted(Consumer<String> remarks) throws IOException;

  /**
   * With what was decided when a model was trained.
   *
   * @param metadata of the model's file
   * @throws IOException where it does not say so
   */
  DataSource fittedAs(Path model, Map<String, String> metadata) throws IOException;

  /** What {@link #fittedAs}, and whoever asks the model, needs to know. */
  Map<String, String> metadata();

  /** The classes' names, label 0 first; empty where they have none. Only once fitted. */
  List<String> classes();

  /**
   * Data to train with, and those to choose the best epoch by.
   *
   * @param validation empty where all are for training
   */
  record Training(Dataset train, Optional<Dataset> validation) implements AutoCloseable {

    /**
     * Deals examples out to both.
     *
     * @throws IOException where there are too few for that; the examples are closed then
     */
    static Training of(Dataset all, Shares shares) throws IOException {
      if (shares.validation() == 0) {
        return new Training(all, Optional.empty());
      }
      try {
        Partition p =
            all instanceof LabelledDataset labelled
                ? Partition.stratified(labels(labelled), shares)
                : Partition.of(all.size(), shares);
        return new Training(Subset.of(all, p.train()), Optional.of(Subset.of(all, p.validation())));
      } catch (IllegalArgumentException e) {
        all.close();
        throw new IOException("data.validation: " + e.getMessage(), e);
      }
    }

    private static int[] labels(LabelledDataset data) {
      return IntStream.range(0, data.size()).map(data::label).toArray();
    }

    @Override
    public void close() {
      train.close();
      validation.ifPresent(Dataset::close);
    }
  }

  /**
   * Only once fitted.
   *
   * @param remarks hears, line by line, what was wrong with data that were passed over
   */
  Training training(Consumer<String> remarks) throws IOException;

  /**
   * Only once fitted.
   *
   * @param remarks hears, line by line, what was wrong with data that were passed over
   */
  Dataset test(Consumer<String> remarks) throws IOException;
}
