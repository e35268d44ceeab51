package dev.ballast.cli.table;

/** Some rows of a table that is read in order. */
final class RowFilter {
  private final int[] numbers;
  private int next;

  /**
   * @param numbers of rows, ascending
   */
  RowFilter(int[] numbers) {
    this.numbers = numbers;
  }

  /** Whether a row is one of them; to be asked in ascending order. */
  boolean accepts(int number) {
    while (next < numbers.length && numbers[next] < number) {
      next++;
    }
    return next < numbers.length && numbers[next] == number;
  }

  /** For a second reading: what is bad was told in the first, and is none of the rows. */
  BadRows overlooking() {
    return new BadRows.Skipped(_ -> {});
  }
}
