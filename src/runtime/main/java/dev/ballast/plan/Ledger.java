package dev.ballast.plan;

/** Counts the nodes of searches against a limit, and now and then asks the clock if told to. */
final class Ledger {
  private final long deadline;
  private long nodes;
  private long limit;
  private boolean late;

  /**
   * @param deadline of {@link System#nanoTime}; {@link Long#MAX_VALUE} for none, which keeps results
   *     the same on every machine
   */
  Ledger(long deadline) {
    this.deadline = deadline;
  }

  /** Allows this many more nodes from now on. */
  void allow(long more) {
    limit = nodes + Math.min(more, Long.MAX_VALUE / 2);
  }

  /** Counts a node; whether it may still be searched. */
  boolean count() {
    nodes++;
    if ((nodes & 0x3ff) == 0) {
      askTheClock();
    }
    return nodes <= limit && !late;
  }

  boolean isLate() {
    askTheClock();
    return late;
  }

  private void askTheClock() {
    if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline > 0) {
      late = true;
    }
  }

  long nodes() {
    return nodes;
  }
}
