package dev.ballast.serve;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a swap replaces while it is used, and frees once it is not. */
public class SwapStress {
  private SwapStress() {}

  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "one of the two, whole; the old one ended")
  @Outcome(expect = FORBIDDEN, desc = "none found, half built, used after its end, not ended once")
  @State
  public static class BorrowAndSwap extends LendingStress.Pool {
    private volatile Coin next;

    @Actor
    public void borrower(III_Result r) {
      try {
        r.r1 = lender.borrow().use() ? 1 : 0;
      } catch (NoSessionException e) {
        r.r1 = 3;
      }
    }

    @Actor
    public void swapper() {
      Coin c = new Coin();
      lender.publish(Coin.lot(lender, c));
      next = c;
    }

    @Arbiter
    public void after(III_Result r) {
      r.r2 = coin.ends();
      Coin last = lender.borrow();
      r.r3 = last == next ? next.ends() : 2;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each ended once")
  @Outcome(expect = FORBIDDEN, desc = "what nobody will borrow lives on, or ended twice")
  @State
  public static class SwapAndClose extends LendingStress.Pool {
    private final Coin next = new Coin();

    @Actor
    public void swapper() {
      lender.publish(Coin.lot(lender, next));
    }

    @Actor
    public void closer() {
      lender.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = coin.ends();
      r.r2 = next.ends();
    }
  }

  /** Weights whose readers and owner leave at the same time. */
  static class Model {
    final AtomicInteger releases = new AtomicInteger();
    final Weights weights = new Weights(MemorySegment.NULL, releases::incrementAndGet);
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "2, 1"},
      expect = ACCEPTABLE,
      desc = "read or refused; freed once")
  @Outcome(expect = FORBIDDEN, desc = "freed while read, or not once")
  @State
  public static class ReadAndClose extends Model {
    @Actor
    public void reader(II_Result r) {
      try {
        weights.enter("m");
      } catch (IllegalStateException e) {
        r.r1 = 2;
        return;
      }
      r.r1 = releases.get() == 0 && !weights.isFreed() ? 1 : 0;
      weights.leave();
    }

    @Actor
    public void owner() {
      weights.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = weights.isFreed() ? releases.get() : 0;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "freed by the last, once")
  @Outcome(expect = FORBIDDEN, desc = "freed while read, or not once")
  @State
  public static class TheLastReaderFrees extends Model {
    private int early;

    public TheLastReaderFrees() {
      weights.enter("m");
      weights.enter("m");
      weights.close();
    }

    @Actor
    public void one() {
      weights.leave();
    }

    @Actor
    public void two() {
      early = releases.get();
      weights.leave();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = early == 0 ? 1 : 0;
      r.r2 = releases.get();
    }
  }
}
