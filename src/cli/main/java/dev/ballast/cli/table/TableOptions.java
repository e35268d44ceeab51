package dev.ballast.cli.table;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a definition says of a table.
 *
 * @param rules how cells are read
 * @param target the column to be predicted
 * @param numeric columns that hold numbers; others are what their first cell is
 * @param categorical columns that hold categories, whatever they look like
 * @param ignored columns that are left out
 * @param labels whether the target's values are classes, or numbers
 * @param classes the classes, label 0 first; empty for those that there are, sorted
 * @param standardizeTarget whether a target that is a number is brought to mean 0 and deviation 1
 */
public record TableOptions(
    TableRules rules,
    String target,
    List<String> numeric,
    List<String> categorical,
    List<String> ignored,
    boolean labels,
    List<String> classes,
    boolean standardizeTarget) {
  public TableOptions {
    numeric = List.copyOf(numeric);
    categorical = List.copyOf(categorical);
    ignored = List.copyOf(ignored);
    classes = List.copyOf(classes);
  }

  /** All columns that are named, the target among them. */
  public List<String> named() {
    return Stream.of(List.of(target), numeric, categorical, ignored).flatMap(List::stream).toList();
  }
}
