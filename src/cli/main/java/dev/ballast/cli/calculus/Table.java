package dev.ballast.cli.calculus;

import java.util.ArrayList;
import java.util.List;

/** A table in plain text: the first column to the left, the others to the right unless asked. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();
  private final boolean left;

  Table(String... heads) {
    this(false, heads);
  }

  /**
   * @param left whether all columns stand to the left
   */
  Table(boolean left, String... heads) {
    this.left = left;
    rows.add(heads);
  }

  Table row(String... cells) {
    rows.add(cells);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.getFirst().length];
    for (String[] r : rows) {
      for (int i = 0; i < r.length; i++) {
        widths[i] = Math.max(widths[i], width(r[i]));
      }
    }
    StringBuilder s = new StringBuilder();
    for (String[] r : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < r.length; i++) {
        String blanks = " ".repeat(widths[i] - width(r[i]));
        line.append(i == 0 ? "" : "  ").append(i == 0 || left ? r[i] + blanks : blanks + r[i]);
      }
      s.append(line.toString().stripTrailing()).append('\n');
    }
    return s.toString();
  }

  private static int width(String s) {
    return s.codePointCount(0, s.length());
  }
}
