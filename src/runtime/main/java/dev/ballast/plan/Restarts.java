package dev.ballast.plan;

/**
 * Searches the same capacity again and again, most times not for long: the time that a search takes
 * has a heavy tail, and another order may find in a hundred nodes what this one won't in a million.
 * Limits follow the sequence of Luby et al. (1993), which is within a logarithm of the best that
 * can be had without knowing; so a proof that nothing fits is found too.
 *
 * <p>Two searches take turns, for each finds quickly what the other does not: {@link SectionSearch}
 * where most sections are full, {@link CanonicalSearch} where there is room to waste.
 */
final class Restarts {
  /** Every third search is canonical. */
  private static final int TURNS = 3;

  private static final long SHORTEST = 1000;

  /** A node of it takes several times as long. */
  private static final long SHORTEST_CANONICAL = 500;

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
    for (int n = 0; ; n++) {
      int round = n / TURNS;
      Outcome outcome =
          n % TURNS == TURNS - 1 ? canonical(round + 1, end) : bySections(n - round + 1, end);
      if (outcome != Outcome.STOPPED || ledger.isSpent() || ledger.nodes() >= end) {
        return outcome;
      }
    }
  }

  private Outcome bySections(int n, long end) {
    ledger.allow(Math.min(end - ledger.nodes(), SHORTEST * luby(n)));
    SectionSearch.Habits habits = new SectionSearch.Habits(n / 2 % 2 == 1, n / 4 % 2 == 0);
    SectionSearch search =
        new SectionSearch(sections, orders.mixed(n), capacity, ledger, habits, blame, failed);
    Outcome outcome = search.run();
    if (outcome == Outcome.FOUND) {
      offsets = search.offsets();
    }
    return outcome;
  }

  private Outcome canonical(int n, long end) {
    ledger.allow(Math.min(end - ledger.nodes(), SHORTEST_CANONICAL * luby(n)));
    CanonicalSearch search = new CanonicalSearch(sections, orders.mixed(n), capacity, ledger);
    Outcome outcome = search.run();
    if (outcome == Outcome.FOUND) {
      offsets = search.offsets();
    }
    return outcome;
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
