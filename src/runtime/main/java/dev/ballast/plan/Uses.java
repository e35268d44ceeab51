package dev.ballast.plan;

import java.util.Arrays;

/** When each op's results are read in the given step, in ascending order, the birth first. */
final class Uses {
  private final int[] start;
  private final int[] at;

  Uses(Tape tape) {
    int[] count = new int[tape.ops() + 1];
    for (int i = 0; i < tape.ops(); i++) {
      count[i + 1]++;
      for (int v : tape.reads()[i]) {
        count[tape.producer()[v] + 1]++;
      }
    }
    Arrays.parallelPrefix(count, Integer::sum);
    start = count;
    at = new int[count[tape.ops()]];
    int[] next = Arrays.copyOf(start, tape.ops());
    for (int i = 0; i < tape.ops(); i++) {
      at[next[i]++] = i;
      for (int v : tape.reads()[i]) {
        at[next[tape.producer()[v]]++] = i;
      }
    }
  }

  /** The last use; the birth where there is none. */
  int last(int op) {
    return at[start[op + 1] - 1];
  }

  /** The last use at or before a time that is not before the birth. */
  int lastBy(int op, int time) {
    int k = start[op + 1] - 1;
    while (at[k] > time) {
      k--;
    }
    return at[k];
  }

  /** The first use after a time; {@link Replay#FOREVER} where there is none. */
  int nextAfter(int op, int time) {
    for (int k = start[op]; k < start[op + 1]; k++) {
      if (at[k] > time) {
        return at[k];
      }
    }
    return Replay.FOREVER;
  }

  /** Whether results are born before a time, not read then, and read later. */
  boolean isIdle(int op, int time) {
    return op < time && lastBy(op, time) < time && nextAfter(op, time) != Replay.FOREVER;
  }
}
