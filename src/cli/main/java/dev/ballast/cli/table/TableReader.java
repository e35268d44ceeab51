package dev.ballast.cli.table;

import dev.ballast.data.ArrayDataset;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Turns rows into numbers as they were fitted. Columns are found by their names, so their order may
 * be another one.
 */
public final class TableReader {
  private final TableFit fit;
  private final Path file;
  private final int[] places;
  private final int target;
  private final float[] example;

  private TableReader(TableFit fit, CsvFile csv) throws IOException {
    this.fit = fit;
    this.file = csv.file();
    this.places = new int[fit.columns().size()];
    List<String> unknown = new ArrayList<>(csv.header());
    fit.columns().forEach(c -> unknown.remove(c.name()));
    unknown.remove(fit.target().name());
    for (int i = 0; i < places.length; i++) {
      places[i] = place(csv.header(), fit.columns().get(i).name(), unknown);
    }
    this.target = csv.header().indexOf(fit.target().name());
    this.example = new float[fit.width()];
  }

  private int place(List<String> header, String name, List<String> unknown) throws IOException {
    int place = header.indexOf(name);
    if (place < 0) {
      String others = unknown.isEmpty() ? "" : "; it has " + unknown + ", which the model does not";
      throw new IOException(
          file
              + ":1: there is no column '"
              + name
              + "', which the model was trained with"
              + others);
    }
    return place;
  }

  /** Takes rows without their target. */
  public interface Examples {
    /**
     * @param row its file and line
     * @param x what the network takes; the next row overwrites it
     */
    void accept(String row, float[] x) throws IOException;
  }

  /**
   * Reads rows to be predicted; they may have a target, which is not looked at.
   *
   * @throws IOException where the file can't be read, a row is bad, or the columns are not those
   *     that were fitted
   */
  public static void examples(Path file, TableFit fit, BadRows bad, Examples consumer)
      throws IOException {
    try (CsvFile csv = CsvFile.open(file, fit.rules().delimiter())) {
      TableReader reader = new TableReader(fit, csv);
      csv.forEach(
          bad,
          row -> {
            reader.encode(row);
            consumer.accept(file + ":" + row.line(), reader.example);
          });
    }
  }

  /**
   * Reads rows with their targets.
   *
   * @param wanted whether a row is to be read, by its number
   * @param example the shape of an example
   */
  static ArrayDataset data(Path file, TableFit fit, IntPredicate wanted, BadRows bad, Shape example)
      throws IOException {
    try (CsvFile csv = CsvFile.open(file, fit.rules().delimiter());
        Collector rows = new Collector(fit, example)) {
      TableReader reader = new TableReader(fit, csv);
      if (reader.target < 0) {
        throw new IOException(
            file + ":1: there is no column '" + fit.target().name() + "', the target");
      }
      csv.forEach(
          bad,
          row -> {
            if (wanted.test(row.number())) {
              reader.encode(row);
              rows.add(reader.example, row.cell(reader.target));
            }
          });
      return rows.dataset();
    } catch (ShapeException e) {
      throw new IOException(file + ": has no row that can be used", e);
    }
  }

  private void encode(CsvRow row) throws BadRowException {
    int at = 0;
    for (int i = 0; i < places.length; i++) {
      Column column = fit.columns().get(i);
      column.encode(row.cell(places[i]), fit.rules(), example, at);
      at += column.width();
    }
  }
}
