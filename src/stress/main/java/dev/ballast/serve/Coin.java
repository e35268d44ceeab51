package dev.ballast.serve;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Something to be lent, in place of a session. */
final class Coin extends Lendable {
  static final int VALUE = 42;

  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicReference<Thread> holder = new AtomicReference<>();

  // Not final and not volatile: who borrows must see them through the lender.
  private int value;
  private int users;

  Coin() {
    value = VALUE;
  }

  static Lot<Coin> lot(Lender<Coin> lender, Coin... coins) {
    return new Lot<>(lender, List.of(coins));
  }

  /**
   * Does with it what a borrower does, and gives it back.
   *
   * @return whether nobody else had it, and it was whole and had not ended
   */
  boolean use() {
    boolean isWell = ends.get() == 0 && value == VALUE;
    users++;
    isWell &= users == 1;
    users--;
    isWell &= ends.get() == 0;
    giveBack();
    return isWell;
  }

  /** Whether nobody had it before who could still use it; it is never given back. */
  boolean isMineAlone() {
    Thread before = holder.getAndSet(Thread.currentThread());
    return before == null || !before.isAlive();
  }

  int ends() {
    return ends.get();
  }

  @Override
  void end() {
    ends.incrementAndGet();
  }
}
