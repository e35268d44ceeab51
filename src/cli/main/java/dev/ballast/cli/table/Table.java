package dev.ballast.cli.table;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.data.Partition;
import dev.ballast.data.Partition.Shares;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A table to train with. What it is fitted with, and which rows are for which part, is a function
 * of the file and the options alone.
 *
 * <pre>{@code
 * Table table = new Table(Path.of("wine.csv"), Optional.empty(), options, shares);
 * TableFit fit = table.fit(new BadRows.Refused());
 * try (Dataset train = table.train(fit, Shape.of(fit.width()), new BadRows.Refused())) {
 *   System.out.println(train.size() + " rows");
 * }
 * }</pre>
 *
 * @param file the rows to train with, and those of the test if it has no file of its own
 * @param testFile the rows of the test
 * @param shares how rows are dealt out
 */
public record Table(Path file, Optional<Path> testFile, TableOptions options, Shares shares) {

  private enum Part {
    TRAIN,
    VALIDATION,
    TEST
  }

  /**
   * Learns from the rows to train with.
   *
   * @throws IOException where the file can't be read, a row is bad and not skipped, or a class has
   *     no row to train with
   */
  public TableFit fit(BadRows bad) throws IOException {
    Survey survey = Survey.of(file, options, bad);
    int[] train = rows(survey, Part.TRAIN);
    TableFit fit = TableFitter.fit(file, options, survey, train);
    demandEveryClass(survey, train, fit);
    return fit;
  }

  private void demandEveryClass(Survey survey, int[] train, TableFit fit) throws IOException {
    for (String name : fit.classes()) {
      int label = survey.classes().indexOf(name);
      boolean there =
          Arrays.stream(train)
              .anyMatch(r -> survey.labels()[Arrays.binarySearch(survey.rows(), r)] == label);
      if (!there) {
        throw new IOException(
            "%s: no row to train with has class '%s' in column '%s'"
                .formatted(file, name, options.target()));
      }
    }
  }

  public ArrayDataset train(TableFit fit, Shape example, BadRows bad) throws IOException {
    return part(fit, example, bad, Part.TRAIN);
  }

  /** Empty where no share is kept for it. */
  public Optional<Dataset> validation(TableFit fit, Shape example, BadRows bad) throws IOException {
    return shares.validation() == 0
        ? Optional.empty()
        : Optional.of(part(fit, example, bad, Part.VALIDATION));
  }

  public ArrayDataset test(TableFit fit, Shape example, BadRows bad) throws IOException {
    return testFile.isPresent()
        ? TableReader.data(testFile.get(), fit, _ -> true, bad, example)
        : part(fit, example, bad, Part.TEST);
  }

  private ArrayDataset part(TableFit fit, Shape example, BadRows bad, Part part)
      throws IOException {
    RowFilter wanted = new RowFilter(rows(Survey.of(file, options, bad), part));
    return TableReader.data(file, fit, wanted::accepts, bad, example);
  }

  /** The numbers of a part's rows, ascending. */
  private int[] rows(Survey survey, Part part) throws IOException {
    Partition p = partition(survey);
    int[] indices =
        switch (part) {
          case TRAIN -> p.train();
          case VALIDATION -> p.validation();
          case TEST -> p.test();
        };
    return Arrays.stream(indices).map(i -> survey.rows()[i]).toArray();
  }

  private Partition partition(Survey survey) throws IOException {
    try {
      return Partition.stratified(survey.labels(), shares);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
