package dev.ballast.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads that take memory, move the limit, or free. */
public class AccountStress {
  private static final int BYTES = 60;

  private AccountStress() {}

  /** An account of its own. */
  static class Owner {
    final Account account = new Account();

    /** 1 where they were taken, 0 where the limit did not allow it. */
    int take(Kind kind) {
      try {
        account.take(kind, BYTES, "a test");
        return 1;
      } catch (OffHeapLimitException e) {
        return 0;
      }
    }

    int total() {
      return (int) account.taken().values().stream().mapToLong(Long::longValue).sum();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0, 60", "0, 1, 60"},
      expect = ACCEPTABLE,
      desc = "there is room for one")
  @Outcome(expect = FORBIDDEN, desc = "both went beyond the limit together, or the sum is wrong")
  @State
  public static class TheLimitHolds extends Owner {
    public TheLimitHolds() {
      account.limit(100);
    }

    @Actor
    public void one(III_Result r) {
      r.r1 = take(Kind.ARENAS);
    }

    @Actor
    public void two(III_Result r) {
      r.r2 = take(Kind.WEIGHTS);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = total();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 60", "0, 0"},
      expect = ACCEPTABLE,
      desc = "taken before the limit, or refused")
  @Outcome(expect = FORBIDDEN, desc = "taken and not counted, or the reverse")
  @State
  public static class TakeAndLimit extends Owner {
    @Actor
    public void taker(II_Result r) {
      r.r1 = take(Kind.DATA);
    }

    @Actor
    public void limiter() {
      account.limit(BYTES - 1);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = total();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "freed after, or refused")
  @Outcome(expect = FORBIDDEN, desc = "what is freed stays on the account, or left it twice")
  @State
  public static class AllocateAndClose extends Owner {
    private final AccountedArena arena = new AccountedArena(account, Kind.ARENAS, "a test");

    @Actor
    public void allocates(II_Result r) {
      try {
        arena.allocate(BYTES, 1);
        r.r1 = 1;
      } catch (IllegalStateException e) {
        r.r1 = 0;
      }
    }

    @Actor
    public void closes() {
      arena.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = total();
    }
  }
}
