package dev.ballast.cli.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learns from the rows to train with, and from no other, how columns become numbers. */
final class TableFitter {
  private final Path file;
  private final TableOptions options;
  private final Survey survey;
  private final Map<String, Statistic> statistics = new LinkedHashMap<>();
  private final Statistic.Moments target = new Statistic.Moments();

  private TableFitter(Path file, TableOptions options, Survey survey) {
    this.file = file;
    this.options = options;
    this.survey = survey;
    survey
        .numeric()
        .forEach(
            (name, number) ->
                statistics.put(name, number ? new Statistic.Moments() : new Statistic.Counts()));
  }

  /**
   * @param train numbers of the rows to learn from, ascending
   */
  static TableFit fit(Path file, TableOptions options, Survey survey, int[] train)
      throws IOException {
    TableFitter fitter = new TableFitter(file, options, survey);
    try (CsvFile csv = CsvFile.open(file, options.rules().delimiter())) {
      RowFilter wanted = new RowFilter(train);
      csv.forEach(
          wanted.overlooking(),
          row -> {
            if (wanted.accepts(row.number())) {
              fitter.add(row);
            }
          });
    }
    return fitter.fit();
  }

  private void add(CsvRow row) throws IOException {
    for (int c = 0; c < row.header().size(); c++) {
      Cell cell = row.cell(c);
      Statistic s = statistics.get(cell.column());
      if (s != null && !cell.isMissing(options.rules())) {
        s.add(cell);
      }
      if (!options.labels() && cell.column().equals(options.target())) {
        target.add(cell.value());
      }
    }
  }

  private TableFit fit() throws IOException {
    List<Column> columns = new ArrayList<>();
    for (Map.Entry<String, Statistic> e : statistics.entrySet()) {
      columns.add(e.getValue().column(file, e.getKey()));
    }
    return new TableFit(options.rules(), columns, target());
  }

  private Target target() {
    if (options.labels()) {
      return new Target.Classes(options.target(), classes(options, survey));
    }
    return options.standardizeTarget()
        ? new Target.Quantity(options.target(), target.mean(), target.deviation())
        : new Target.Quantity(options.target(), 0, 1);
  }

  /** Those listed, or those found, in numerical order if they all are numbers. */
  private static List<String> classes(TableOptions options, Survey survey) {
    if (!options.classes().isEmpty()) {
      return options.classes();
    }
    boolean numbers = survey.classes().stream().allMatch(c -> c.matches("-?\\d{1,9}"));
    Comparator<String> order =
        numbers ? Comparator.comparing(Integer::valueOf) : Comparator.naturalOrder();
    return survey.classes().stream().sorted(order).toList();
  }
}
