package dev.ballast.cli.table;

import java.util.List;

/**
 * How the cells of a table are to be read, in training and ever after.
 *
 * @param delimiter between cells
 * @param missingMarks what stands for a value that is not there
 * @param fillMissing whether the mean or the most frequent category takes its place, or the row is
 *     bad
 * @param refuseUnknown whether a category that training has not seen makes a row bad, or all its
 *     places are 0
 */
public record TableRules(
    char delimiter, List<String> missingMarks, boolean fillMissing, boolean refuseUnknown) {
  public TableRules {
    missingMarks = List.copyOf(missingMarks);
  }

  /** Commas, empty cells missing and refused, unknown categories 0. */
  public static TableRules defaults() {
    return new TableRules(',', List.of(""), false, false);
  }
}
