package dev.ballast.serve;

import java.util.List;
import java.util.stream.Collectors;

/** What a {@link Lender} lends until it lends others. */
final class Lot<L extends Lendable> {
  private final Lender<L> lender;
  private final List<L> all;
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

  /** One was given back. */
  void returned(Lendable one) {
    if (isRetired) {
      one.retire();
    }
    lender.wakeOne();
  }

  /** Nobody borrows from it any more; each is closed as soon as it is free. */
  void retire() {
    isRetired = true;
    for (L each : all) {
      each.retire();
    }
  }

  /** The names of the threads that have one, for messages. */
  String holders() {
    return all.stream()
        .map(Lendable::holder)
        .filter(n -> !n.isEmpty())
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
