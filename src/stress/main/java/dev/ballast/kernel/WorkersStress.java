package dev.ballast.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two callers of the same workers. */
public class WorkersStress {
  private static final int PIECES = 5;

  private WorkersStress() {}

  /** Two rounds of different length, so that nobody may go by the length of the round before. */
  private static int count(Workers workers) {
    return count(workers, PIECES) & count(workers, 2 * PIECES);
  }

  /** Counts each piece in memory that is not volatile, and then looks whether all are done once. */
  private static int count(Workers workers, int pieces) {
    int[] done = new int[pieces];
    workers.run(i -> done[i]++, pieces);
    int right = 0;
    for (int d : done) {
      right += d == 1 ? 1 : 0;
    }
    return right == pieces ? 1 : 0;
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "all pieces once, and seen")
  @Outcome(expect = FORBIDDEN, desc = "a piece was left out, done twice, or not seen")
  @State
  public static class EachPieceOnce {
    private final Workers workers = Workers.of(2);

    @Actor
    public void one(II_Result r) {
      r.r1 = count(workers);
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = count(workers);
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "who failed hears of it, and nobody else")
  @Outcome(expect = FORBIDDEN, desc = "an error was lost, or came to another caller")
  @State
  public static class AFailureIsItsCallersAlone {
    private static final IllegalArgumentException FAILURE = new IllegalArgumentException();

    private final Workers workers = Workers.of(2);

    @Actor
    public void fails(II_Result r) {
      try {
        workers.run(
            i -> {
              if (i == PIECES - 1) {
                throw FAILURE;
              }
            },
            PIECES);
      } catch (IllegalArgumentException e) {
        r.r1 = count(workers);
      }
    }

    @Actor
    public void works(II_Result r) {
      r.r2 = count(workers);
    }
  }
}
