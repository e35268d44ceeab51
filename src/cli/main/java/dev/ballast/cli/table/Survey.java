package dev.ballast.cli.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A first reading of a table: which rows are good, what their classes are, and which columns hold
 * numbers. A column that the definition does not name is what its first cell is, and a cell that is
 * something else makes its row a bad one.
 *
 * @param rows numbers of the good rows, ascending
 * @param labels an integer for each good row: equal where the classes are; 0 without classes
 * @param classes what the integers stand for
 * @param numeric by name, in the order of the header, without target and ignored columns
 */
record Survey(int[] rows, int[] labels, List<String> classes, Map<String, Boolean> numeric) {

  static Survey of(Path file, TableOptions options, BadRows bad) throws IOException {
    try (CsvFile csv = CsvFile.open(file, options.rules().delimiter())) {
      Reading reading = new Reading(csv, options);
      csv.forEach(bad, reading::row);
      return reading.survey();
    }
  }

  private static final class Reading {
    private final Path file;
    private final TableOptions options;
    private final List<String> header;
    private final int target;
    private final Map<String, Boolean> numeric = new LinkedHashMap<>();
    private final Map<String, Integer> classes = new LinkedHashMap<>();
    private int[] rows = new int[1024];
    private int[] labels = new int[1024];
    private int size;

    Reading(CsvFile csv, TableOptions options) throws IOException {
      this.file = csv.file();
      this.options = options;
      this.header = csv.header();
      for (String name : options.named()) {
        if (!header.contains(name)) {
          throw new IOException(file + ":1: there is no column '" + name + "', only " + header);
        }
      }
      this.target = header.indexOf(options.target());
      options.numeric().forEach(name -> numeric.put(name, true));
      options.categorical().forEach(name -> numeric.put(name, false));
      for (String name : options.classes()) {
        classes.put(name, classes.size());
      }
    }

    void row(CsvRow row) throws BadRowException {
      int label = label(row.cell(target));
      for (int c = 0; c < header.size(); c++) {
        if (c != target && !options.ignored().contains(header.get(c))) {
          feature(row.cell(c));
        }
      }
      if (size == rows.length) {
        rows = Arrays.copyOf(rows, 2 * size);
        labels = Arrays.copyOf(labels, 2 * size);
      }
      rows[size] = row.number();
      labels[size++] = label;
    }

    private int label(Cell cell) throws BadRowException {
      if (cell.isMissing(options.rules())) {
        throw cell.wrong("the target is missing");
      }
      if (!options.labels()) {
        cell.value();
        return 0;
      }
      if (options.classes().isEmpty()) {
        return classes.computeIfAbsent(cell.text(), t -> classes.size());
      }
      return new Target.Classes(cell.column(), options.classes()).label(cell, options.rules());
    }

    private void feature(Cell cell) throws BadRowException {
      if (cell.isMissing(options.rules())) {
        if (!options.rules().fillMissing()) {
          throw cell.missing();
        }
        return;
      }
      boolean number = numeric.computeIfAbsent(cell.column(), name -> cell.isNumber());
      if (number && !cell.isNumber() && !options.numeric().contains(cell.column())) {
        throw cell.wrong(
            "'"
                + cell.text()
                + "' is no number, and the first cell of the column is; where it holds categories,"
                + " list it in categorical");
      }
      if (number) {
        cell.value();
      }
    }

    Survey survey() throws IOException {
      if (size == 0) {
        throw new IOException(file + ": has no row that can be used");
      }
      Map<String, Boolean> ordered = new LinkedHashMap<>();
      for (String name : header) {
        boolean left = name.equals(options.target()) || options.ignored().contains(name);
        if (!left && !numeric.containsKey(name)) {
          throw new IOException(
              file + ":1: column '" + name + "' holds no value at all; list it in ignore");
        }
        if (!left) {
          ordered.put(name, numeric.get(name));
        }
      }
      return new Survey(
          Arrays.copyOf(rows, size),
          Arrays.copyOf(labels, size),
          new ArrayList<>(classes.keySet()),
          ordered);
    }
  }
}
