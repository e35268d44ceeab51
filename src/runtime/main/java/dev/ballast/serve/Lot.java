package dev.ballast.serve;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** What a {@link Lender} lends until it lends others. */
final class Lot<L extends Lendable> {
  private static final System.Logger LOG = System.getLogger("dev.ballast.serve");

  private static final int MOST_NAMES = 8;

  private final Lender<L> lender;
  private final List<L> all;
  private final AtomicBoolean isReclaiming = new AtomicBoolean();
  private volatile boolean isRetired;

  Lot(Lender<L> lender, List<L> all) {
    this.lender = lender;
    this.all = List.copyOf(all);
    for (L each : all) {
      each.join(this);
    }
  }

  /**
   * One that is free; null where there was an instant at which none was. One look at each does not
   * tell: while the second is looked at the first may be given back, and the second taken by who
   * would else have had the first. So it looks until two rounds have seen the same.
   *
   * @param start where to look first, so that a thread meets memory that its core still knows
   */
  L take(int start) {
    int count = all.size();
    int first = Math.floorMod(start, count);
    long before = 0;
    for (boolean again = false; ; again = true) {
      // States only grow, so their sum is the same where each is; and then none was free between.
      long sum = 0;
      for (int i = 0; i < count; i++) {
        int at = first + i;
        L each = all.get(at < count ? at : at - count);
        long state = each.state();
        if (Lendable.isFree(state) && each.take(state)) {
          return each;
        }
        sum += Lendable.isFree(state) ? state + 1 : state;
      }
      if (again && sum == before) {
        return null;
      }
      before = sum;
    }
  }

  /** How many nobody has; racy. */
  int idle() {
    int n = 0;
    for (L each : all) {
      n += Lendable.isFree(each.state()) ? 1 : 0;
    }
    return n;
  }

  /** One was given back. */
  void returned(Lendable one) {
    if (isRetired) {
      one.retire();
    }
    lender.wakeOne();
  }

  /**
   * Takes back what threads have that ended without giving it back, and says so in the log. Waits
   * for nobody: where another thread does the same, that is enough.
   */
  void reclaim() {
    if (!isReclaiming.compareAndSet(false, true)) {
      return;
    }
    try {
      for (L each : all) {
        each.reclaim().ifPresent(thread -> reclaimed(each, thread));
      }
    } finally {
      isReclaiming.set(false);
    }
  }

  private void reclaimed(L one, String thread) {
    LOG.log(
        System.Logger.Level.WARNING,
        "thread ''{0}'' ended without giving its session back to the pool, which takes it back;"
            + " borrow in the head of a try statement",
        thread);
    returned(one);
  }

  /** Nobody borrows from it any more; each is closed as soon as it is free. */
  void retire() {
    isRetired = true;
    for (L each : all) {
      each.retire();
    }
  }

  /** The names of threads that have one, not of all where they are many; for messages. */
  String holders() {
    return all.stream()
        .map(Lendable::holder)
        .filter(n -> !n.isEmpty())
        .distinct()
        .limit(MOST_NAMES)
        .collect(Collectors.joining(", "));
  }
}
