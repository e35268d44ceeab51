package dev.ballast.cli.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is learnt of a column, row by row. */
sealed interface Statistic {
  /** A cell that is not missing. */
  void add(Cell cell) throws IOException;

  Column column(Path file, String name) throws IOException;

  /**
   * Mean and population deviation, by Welford, "Note on a method for calculating corrected sums of
   * squares and products" (Technometrics 4, 1962).
   */
  final class Moments implements Statistic {
    private long count;
    private double mean;
    private double squares;

    @Override
    public void add(Cell cell) throws IOException {
      add(cell.value());
    }

    void add(double value) {
      count++;
      double distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
    }

    double mean() {
      return mean;
    }

    /** 1 of a constant, which so becomes 0. */
    double deviation() {
      double deviation = Math.sqrt(squares / count);
      return deviation > 0 ? deviation : 1;
    }

    @Override
    public Column column(Path file, String name) throws IOException {
      if (count == 0) {
        throw new IOException(nothing(file, name));
      }
      return new Column.Numeric(name, mean(), deviation());
    }
  }

  /** How often each category occurs; they become columns in the order of their names. */
  final class Counts implements Statistic {
    private static final int MOST = 1000;
    private final Map<String, Integer> counts = new TreeMap<>();

    @Override
    public void add(Cell cell) throws IOException {
      counts.merge(cell.text(), 1, Integer::sum);
      if (counts.size() > MOST) {
        throw new IOException(
            "%s:%d: column %d '%s': has more than %,d categories up to here; list it in ignore, or in numeric"
                .formatted(cell.file(), cell.line(), cell.number(), cell.column(), MOST));
      }
    }

    /** Of equally frequent ones the first. */
    @Override
    public Column column(Path file, String name) throws IOException {
      String most =
          counts.entrySet().stream()
              .max(
                  Map.Entry.<String, Integer>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
              .map(Map.Entry::getKey)
              .orElseThrow(() -> new IOException(nothing(file, name)));
      return new Column.Categorical(name, List.copyOf(counts.keySet()), most);
    }
  }

  private static String nothing(Path file, String name) {
    return file + ": no row to train with has a value in column '" + name + "'; list it in ignore";
  }
}
