package dev.ballast.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A session that two threads use, though only one may. */
public class TurnstileStress {
  private static final int REFUSED = 2;

  private TurnstileStress() {}

  /** Counts who is in by memory that is not volatile. */
  static class Guarded {
    volatile int freed;
    final Turnstile turnstile = new Turnstile(() -> freed = freed + 1);
    private int inside;

    /** 1 where it was alone inside and nothing was freed, 2 where it was refused. */
    int run() {
      try {
        turnstile.enter();
      } catch (IllegalStateException e) {
        return REFUSED;
      }
      inside++;
      boolean isWell = inside == 1 && freed == 0;
      inside--;
      isWell &= inside == 0 && freed == 0;
      turnstile.leave();
      return isWell ? 1 : 0;
    }

    int close() {
      try {
        turnstile.close();
        return 1;
      } catch (IllegalStateException e) {
        return REFUSED;
      }
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "alone, or refused")
  @Outcome(expect = FORBIDDEN, desc = "two at once, or both refused")
  @State
  public static class RunAndRun extends Guarded {
    @Actor
    public void one(II_Result r) {
      r.r1 = run();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = run();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1, 1", "2, 1, 1"},
      expect = ACCEPTABLE,
      desc = "closed after it, or before it")
  @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "not closed while it ran")
  @Outcome(expect = FORBIDDEN, desc = "freed while it ran, or not once")
  @State
  public static class RunAndClose extends Guarded {
    @Actor
    public void runs(III_Result r) {
      r.r1 = run();
    }

    @Actor
    public void closes(III_Result r) {
      r.r2 = close();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = freed;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "freed once")
  @Outcome(expect = FORBIDDEN, desc = "freed twice, or never")
  @State
  public static class CloseAndClose extends Guarded {
    @Actor
    public void one(III_Result r) {
      r.r1 = close();
    }

    @Actor
    public void two(III_Result r) {
      r.r2 = close();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = freed;
    }
  }
}
