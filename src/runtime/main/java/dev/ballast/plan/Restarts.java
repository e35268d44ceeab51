package dev.ballast.plan;

import dev.ballast.plan.SectionSearch.Outcome;

/**
 * Searches the same capacity again and again, most times not for long: the time that a search takes
 * has a heavy tail, and another order may find in a hundred nodes what this one won't in a million.
 * Limits follow the sequence of Luby et al. (1993), which is within a logarithm of the best that
 * can be had without knowing; so a proof that nothing fits is found too. What failed is remembered
 * from one search to the next, and which sections were to blame.
 */
final class Restarts {
  private static final long SHORTEST = 2000;

  private final Sections sections;
  private final Orders orders;
  private final Ledger ledger;
  private final long capacity;
  private final long[] blame;
  private final FailedParts failed;
  private long[] offsets = new long[0];

  Restarts(Sections sections, Orders orders, long capacity, Ledger ledger) {
    this.sections = sections;
    this.orders = orders;
    this.capacity = capacity;
    this.ledger = ledger;
    blame = new long[sections.width()];
    failed = new FailedParts(sections.count());
  }

  /** Runs until one search decides, or so many nodes are searched. */
  Outcome run(long nodes) {
    long end = ledger.nodes() + Math.min(nodes, ledger.left());
    for (int n = 1; ; n++) {
      ledger.allow(Math.min(end - ledger.nodes(), SHORTEST * luby(n)));
      boolean flush = n / 2 % 2 == 1;
      SectionSearch search =
          new SectionSearch(sections, orders.mixed(n), capacity, ledger, blame, failed, flush);
      Outcome outcome = search.run();
      if (outcome == Outcome.FOUND) {
        offsets = search.offsets();
      }
      if (outcome != Outcome.STOPPED || ledger.isSpent() || ledger.nodes() >= end) {
        return outcome;
      }
    }
  }

  /** What was found. */
  long[] offsets() {
    return offsets;
  }

  /** 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, … */
  static long luby(int n) {
    int k = 32 - Integer.numberOfLeadingZeros(n);
    return n == (1 << k) - 1 ? 1L << (k - 1) : luby(n - (1 << (k - 1)) + 1);
  }
}
