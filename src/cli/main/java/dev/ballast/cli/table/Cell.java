package dev.ballast.cli.table;

import java.nio.file.Path;

/**
 * One cell of a table, with its place.
 *
 * @param line from 1, where the row begins
 * @param number of the column, from 1
 */
record Cell(Path file, long line, int number, String column, String text) {

  BadRowException wrong(String complaint) {
    return new BadRowException(
        "%s:%d: column %d '%s': %s".formatted(file, line, number, column, complaint));
  }

  boolean isMissing(TableRules rules) {
    return rules.missingMarks().contains(text);
  }

  /** Whether it can be read as a number, finite or not. */
  boolean isNumber() {
    if (text.isEmpty() || !"0123456789.yN".contains(text.substring(text.length() - 1))) {
      return false;
    }
    try {
      Double.parseDouble(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * @throws BadRowException where it is no finite number
   */
  double value() throws BadRowException {
    if (!isNumber()) {
      throw wrong("'" + text + "' is no number");
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value) || Math.abs(value) > Float.MAX_VALUE) {
      throw wrong(
          "'"
              + text
              + "' is no finite number; where it stands for a missing value, list it in"
              + " missing_marks");
    }
    return value;
  }

  /** What to say of a cell that is empty where it must not be. */
  BadRowException missing() {
    String shown = text.isEmpty() ? "is empty" : "'" + text + "' stands for a missing value";
    return wrong(shown + "; missing = \"fill\" takes the mean or the most frequent instead");
  }
}
