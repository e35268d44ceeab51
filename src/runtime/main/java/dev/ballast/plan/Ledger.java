package dev.ballast.plan;

/**
 * Counts the nodes of searches against two limits, one for all of them and one for the run under
 * way, and now and then asks the clock, if there is a deadline.
 */
final class Ledger {
  private final long total;
  private final long deadline;
  private long nodes;
  private long limit;
  private boolean late;

  /**
   * @param deadline of {@link System#nanoTime}, or {@link Placement.Limits#NO_DEADLINE}
   */
  Ledger(long total, long deadline) {
    this.total = total;
    this.deadline = deadline;
  }

  /** Allows this many nodes from now on, as far as the total does. */
  void allow(long more) {
    limit = nodes + Math.min(more, total - nodes);
  }

  /** Counts a node and says whether it may be searched. */
  boolean count() {
    if (nodes >= limit || late) {
      return false;
    }
    nodes++;
    if ((nodes & 0xff) == 0) {
      askTheClock();
    }
    return true;
  }

  /** Whether nothing more may be searched. */
  boolean isSpent() {
    askTheClock();
    return late || nodes >= total;
  }

  long left() {
    return total - nodes;
  }

  long nodes() {
    return nodes;
  }

  private void askTheClock() {
    late |= deadline != Placement.Limits.NO_DEADLINE && System.nanoTime() - deadline > 0;
  }
}
