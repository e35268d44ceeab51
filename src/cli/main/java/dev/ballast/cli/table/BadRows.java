package dev.ballast.cli.table;

import java.util.function.Consumer;

/** What to do about rows that can't be used. */
public sealed interface BadRows {
  /** Hears of a row; ends the reading by throwing it on, or does not. */
  void add(BadRowException complaint) throws BadRowException;

  /** The first one ends the reading. */
  record Refused() implements BadRows {
    @Override
    public void add(BadRowException complaint) throws BadRowException {
      throw complaint;
    }
  }

  /** They are left out, and told. */
  record Skipped(Consumer<String> remarks) implements BadRows {
    @Override
    public void add(BadRowException complaint) {
      remarks.accept("skipped " + complaint.getMessage());
    }
  }
}
