package dev.ballast.serve;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads and one pool. */
public class LendingStress {
  private LendingStress() {}

  /** A lender of some coins. */
  static class Pool {
    final Lender<Coin> lender = new Lender<>(1, 4);
    final Coin coin = new Coin();

    Pool() {
      lender.publish(Coin.lot(lender, coin));
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one had it, and its thread has ended")
  @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
  @State
  public static class NeverTwoBorrowers extends Pool {
    private int borrow() {
      try {
        return lender.borrow().isMineAlone() ? 1 : 2;
      } catch (NoSessionException e) {
        return 0;
      }
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = borrow();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = borrow();
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each has it alone, one after the other")
  @Outcome(expect = FORBIDDEN, desc = "shared, or waited for in vain")
  @State
  public static class AReturnWakesWhoWaits extends Pool {
    private static final long PATIENCE_MILLIS = 10_000;
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS - 2_000);

    /** One is enough: each takes the whole patience. */
    private static volatile boolean wasLate;

    private int use() {
      if (wasLate) {
        return 0;
      }
      long start = System.nanoTime();
      boolean isWell = lender.borrow(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).use();
      wasLate |= System.nanoTime() - start > LATE_NANOS;
      return isWell && !wasLate ? 1 : 0;
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = use() & use();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = use() & use();
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "there is one for each, so each gets one")
  @Outcome(expect = FORBIDDEN, desc = "none was found though one was free all the while")
  @State
  public static class OneForEach {
    private final Lender<Coin> lender = new Lender<>(2, 1);
    private final Lot<Coin> lot = Coin.lot(lender, new Coin(), new Coin());

    @Actor
    public void one() {
      Coin first = lot.take(0);
      first.giveBack();
      Coin second = lot.take(1);
      second.giveBack();
    }

    @Actor
    public void two(I_Result r) {
      r.r1 = lot.take(0) == null ? 0 : 1;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it is there for who comes next")
  @Outcome(expect = FORBIDDEN, desc = "it was shared, or is lost")
  @State
  public static class ATimeoutLosesNothing extends Pool {
    private boolean isWell = true;

    @Actor
    public void one(II_Result r) {
      r.r1 = lender.borrow(1, TimeUnit.MINUTES).use() ? 1 : 0;
    }

    @Actor
    public void two() {
      try {
        isWell = lender.borrow(1, TimeUnit.NANOSECONDS).use();
      } catch (NoSessionException e) {
        // As it may be.
      }
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = isWell && lender.borrow().use() ? 1 : 0;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "2, 1"},
      expect = ACCEPTABLE,
      desc = "used, or refused; and ended once")
  @Outcome(expect = FORBIDDEN, desc = "used after its end, or not ended once")
  @State
  public static class BorrowAndClose extends Pool {
    @Actor
    public void borrower(II_Result r) {
      try {
        r.r1 = lender.borrow().use() ? 1 : 0;
      } catch (NoSessionException e) {
        r.r1 = 3;
      } catch (IllegalStateException e) {
        r.r1 = 2;
      }
    }

    @Actor
    public void closer() {
      lender.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = coin.ends();
    }
  }
}
