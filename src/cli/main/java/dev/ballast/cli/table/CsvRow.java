package dev.ballast.cli.table;

import java.nio.file.Path;
import java.util.List;

/**
 * A row of a table, with its place.
 *
 * @param line where it begins, from 1
 * @param number from 0, bad rows counted
 * @param cells as many as the header has
 */
record CsvRow(Path file, long line, int number, List<String> header, String[] cells) {
  Cell cell(int column) {
    return new Cell(file, line, column + 1, header.get(column), cells[column]);
  }
}
