package dev.ballast.plan;

import dev.ballast.plan.CanonicalSearch.Outcome;
import java.util.Random;

/**
 * Searches the same capacity again and again, from different orders and each time not for long: the
 * time a search takes has a heavy tail, and another order may find in a hundred nodes what this one
 * won't in a million. Orders are the three of MiniMalloc and then disturbed ones, which favour
 * buffers from where earlier runs failed. Limits double, so a proof that nothing fits is found too.
 */
final class Restarts {
  private static final String[] PLAIN = {"TWA", "TAW", "WAT"};
  private static final String DISTURBED = "AWTA";
  private static final int DISTURBED_RUNS = 32;
  private static final double NOISE = 0.5;
  private static final double FORGETTING = 0.95;
  private static final int FIRST_LIMIT = 600;

  private final Sections sections;
  private final Orders orders;
  private final Ledger ledger;
  private final long capacity;
  private final double[] blame;
  private final Random random = new Random(1);
  private long[] offsets = new long[0];

  Restarts(Sections sections, Orders orders, long capacity, Ledger ledger) {
    this.sections = sections;
    this.orders = orders;
    this.capacity = capacity;
    this.ledger = ledger;
    blame = new double[sections.width()];
  }

  /** Runs until one search decides, or so many nodes are searched. */
  Outcome run(long nodes) {
    long end = ledger.nodes() + Math.min(nodes, ledger.left());
    for (long limit = FIRST_LIMIT; ; limit *= 2) {
      for (int r = 0; r < PLAIN.length + DISTURBED_RUNS; r++) {
        boolean plain = r < PLAIN.length;
        int[] order =
            plain
                ? orders.by(PLAIN[r])
                : orders.disturbed(DISTURBED.charAt(r % DISTURBED.length()), random, NOISE, blame);
        ledger.allow(Math.min(end - ledger.nodes(), plain ? 2 * limit : limit));
        Outcome outcome = search(order);
        if (outcome != Outcome.STOPPED) {
          return outcome;
        }
        if (ledger.isSpent() || ledger.nodes() >= end) {
          return Outcome.STOPPED;
        }
      }
    }
  }

  private Outcome search(int[] order) {
    CanonicalSearch search = new CanonicalSearch(sections, order, capacity, ledger);
    Outcome outcome = search.run();
    offsets = search.offsets();
    for (int s = 0; s < blame.length; s++) {
      blame[s] = blame[s] * FORGETTING + search.blame()[s];
    }
    return outcome;
  }

  /** What was found. */
  long[] offsets() {
    return offsets;
  }
}
