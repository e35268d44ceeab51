package dev.ballast.plan;

import dev.ballast.plan.SectionSearch.Outcome;

/**
 * Finds offsets with a low top, and what can be proven of it. First what is quick, until something
 * reaches the load bound; then searches, from the load bound upwards: going down from a greedy
 * result would spend the nodes where nothing is proven.
 */
final class Minimiser {
  private static final String[] DIVES = {"TWA", "TAW", "ZTW", "WAT", "AW", "TZ"};
  private static final String[] GREEDY = {"TW", "TZ", "TA", "ZW", "WT", "A"};

  private static final int MIXED_DIVES = 16;
  private static final int DISTURBED_DIVES = 16;

  /** Standard deviations of a rank, as shares of all. */
  private static final double[] DISTURBANCES = {0.001, 0.003, 0.01};

  /** Above this many, scans of all that is placed take too long. */
  private static final int MOST_FOR_GREEDY = 4000;

  /** Above this many, a search goes too deep for the stack of a thread. */
  static final int MOST_FOR_SEARCH = 1500;

  /** The node limit is for instances of this size; larger ones, whose nodes cost more, get less. */
  private static final int USUAL_COUNT = 400;

  private final Sections sections;
  private final Orders orders;
  private final Ledger ledger;
  private final long unit;
  private long[] best = new long[0];
  private long top = Long.MAX_VALUE;
  private long proven;

  Minimiser(Sections sections, Placement.Limits limits) {
    this.sections = sections;
    this.orders = new Orders(sections);
    int count = Math.max(USUAL_COUNT, sections.count());
    this.ledger = new Ledger(scaled(limits.nodes(), count), limits.deadline());
    this.unit = unit(sections.sizes());
    this.proven = sections.loadBound();
  }

  private static long scaled(long nodes, int count) {
    return (long) ((double) nodes * USUAL_COUNT / count);
  }

  /** All sizes are multiples of it, so offsets of solutions that stand on one another are too. */
  private static long unit(long[] sizes) {
    long unit = 0;
    for (long size : sizes) {
      long a = size;
      while (a != 0) {
        long rest = unit % a;
        unit = a;
        a = rest;
      }
    }
    return Math.max(1, unit);
  }

  void minimise() {
    quick(proven);
    if (sections.count() <= MOST_FOR_SEARCH) {
      upwards();
    }
  }

  /** Looks for a top of at most so much. */
  Outcome decide(long capacity) {
    if (capacity < proven) {
      return Outcome.EXHAUSTED;
    }
    quick(capacity);
    if (top <= capacity) {
      return Outcome.FOUND;
    }
    return sections.count() <= MOST_FOR_SEARCH
        ? attempt(capacity, Long.MAX_VALUE)
        : Outcome.STOPPED;
  }

  /** Makes sure that there are offsets, whatever was decided. */
  void settle() {
    if (top == Long.MAX_VALUE) {
      quick(proven);
    }
  }

  private void quick(long enough) {
    for (int i = 0; i < DIVES.length && top > enough; i++) {
      offer(Dive.offsets(sections, orders.by(DIVES[i])));
    }
    if (sections.count() > MOST_FOR_SEARCH) {
      diveAgain(enough);
    }
    if (sections.count() > MOST_FOR_GREEDY) {
      return;
    }
    for (int i = 0; i < GREEDY.length && top > enough; i++) {
      for (Greedy.Fit fit : Greedy.Fit.values()) {
        offer(Greedy.offsets(sections, orders.by(GREEDY[i]), fit));
      }
    }
  }

  /**
   * What is too large to be searched dives from more orders: first mixed ones, then the best of
   * these with its ranks a little disturbed, again and again.
   */
  private void diveAgain(long enough) {
    int[] leader = orders.mixed(1);
    long lowest = Long.MAX_VALUE;
    for (int n = 1; n <= MIXED_DIVES + DISTURBED_DIVES && top > enough && !ledger.isSpent(); n++) {
      int[] order =
          n <= MIXED_DIVES
              ? orders.mixed(n)
              : orders.disturbed(leader, DISTURBANCES[n % DISTURBANCES.length], n);
      long[] offsets = Dive.offsets(sections, order);
      offer(offsets);
      if (sections.top(offsets) < lowest) {
        lowest = sections.top(offsets);
        leader = order;
      }
    }
  }

  private void offer(long[] offsets) {
    long its = sections.top(offsets);
    if (its < top) {
      top = its;
      best = offsets;
    }
  }

  private void upwards() {
    long share = ledger.left() / 2;
    long jump = 0;
    while (proven < top && !ledger.isSpent()) {
      long capacity = Math.min(proven + jump, top - unit);
      switch (attempt(capacity, share)) {
        case FOUND -> jump = 0;
        case EXHAUSTED -> jump = Math.max(unit, 2 * jump);
        case STOPPED -> {
          between(capacity);
          return;
        }
      }
    }
  }

  /** Halves the range between a capacity that was not decided and the best top. */
  private void between(long undecided) {
    long low = undecided;
    while (top - low > unit && !ledger.isSpent()) {
      long capacity = low + (top - low) / unit / 2 * unit;
      if (attempt(capacity, ledger.left() / 4 + 1) != Outcome.FOUND) {
        low = capacity;
      }
    }
  }

  private Outcome attempt(long capacity, long nodes) {
    Restarts restarts = new Restarts(sections, orders, capacity, ledger);
    Outcome outcome = restarts.run(nodes);
    if (outcome == Outcome.FOUND) {
      offer(restarts.offsets());
    } else if (outcome == Outcome.EXHAUSTED) {
      proven = Math.max(proven, capacity / unit * unit + unit);
    }
    return outcome;
  }

  long[] offsets() {
    return best;
  }

  long top() {
    return top;
  }

  /** No solution has a lower top. */
  long proven() {
    return proven;
  }

  long nodes() {
    return ledger.nodes();
  }
}
