package dev.ballast.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What to keep of a step that goes forward to a turn and comes back: the forward part is cut into
 * segments, and each is either kept whole or computed again from what crosses its ends. Dynamic
 * programming over the cuts, with the kept bytes in levels, finds the cheapest choice in which
 * every segment fits beside all that is kept before it. Where one tensor alone crosses a cut, as
 * between layers and residual blocks, this is checkpointing of a chain; n equal layers then need
 * about 2√n of their tensors, for one more forward pass at most.
 *
 * <p>The bytes counted here are those of what waits for the way back. The replay knows the rest.
 */
final class ChainSchedule {
  private static final int LEVELS = 128;
  private static final int MAX_CUTS = 160;
  private static final long IMPOSSIBLE = Long.MAX_VALUE / 2;

  private final Tape tape;
  private final Uses uses;
  private final int turn;
  private final boolean[] waits;
  private final int[] cuts;
  private final long[] waitingBefore;
  private final long[] flopsBefore;
  private final long[] crossing;

  /** What of {@link #crossing} does not wait for the way back by itself. */
  private final long[] crossingOnly;

  ChainSchedule(Tape tape, Uses uses, int turn) {
    this.tape = tape;
    this.uses = uses;
    this.turn = turn;
    this.waits = new boolean[tape.ops()];
    this.waitingBefore = new long[turn + 1];
    this.flopsBefore = new long[turn + 1];
    this.crossing = new long[turn + 1];
    this.crossingOnly = new long[turn + 1];
    for (int i = 0; i < turn; i++) {
      boolean again = tape.cloneable()[i];
      waits[i] = again && uses.isIdle(i, turn);
      waitingBefore[i + 1] = waitingBefore[i] + (waits[i] ? bytes(i) : 0);
      flopsBefore[i + 1] = flopsBefore[i] + (again ? tape.flops()[i] : 0);
      for (int q = i + 1; again && q <= uses.lastBy(i, turn); q++) {
        crossing[q] += bytes(i);
        crossingOnly[q] += waits[i] ? 0 : bytes(i);
      }
    }
    this.cuts = chooseCuts();
  }

  private long bytes(int op) {
    long sum = 0;
    for (int v : tape.results()[op]) {
      sum += tape.bytes()[v];
    }
    return sum;
  }

  /** The bytes that wait for the way back if everything is kept. */
  long waitingBytes() {
    return waitingBefore[turn];
  }

  /** Where no more bytes cross than beside it; the start and the turn are always among them. */
  private int[] chooseCuts() {
    List<Integer> low = new ArrayList<>();
    for (int q = 1; q < turn; q++) {
      if (crossing[q] <= crossing[q - 1] || q == 1) {
        if (crossing[q] <= crossing[q + 1]) {
          low.add(q);
        }
      }
    }
    List<Integer> chosen = new ArrayList<>();
    chosen.add(0);
    int step = Math.max(1, (low.size() + MAX_CUTS - 1) / MAX_CUTS);
    for (int k = 0; k < low.size(); k += step) {
      chosen.add(low.get(k));
    }
    chosen.add(turn);
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The cheapest choice whose kept and recomputed bytes stay within a limit, as a replay. */
  int[] within(long limit) {
    long unit = Math.max(1, (limit + LEVELS - 1) / LEVELS);
    int n = cuts.length;
    long[][] cost = new long[n][LEVELS + 1];
    int[][] from = new int[n][LEVELS + 1];
    for (long[] row : cost) {
      Arrays.fill(row, IMPOSSIBLE);
    }
    cost[0][0] = 0;
    int first = 0;
    for (int i = 1; i < n; i++) {
      // A segment that is too long to be kept and too long to be computed again only gets longer.
      while (first < i && waitingBefore[cuts[i]] - waitingBefore[cuts[first]] > LEVELS * unit) {
        first++;
      }
      for (int j = first; j < i; j++) {
        extend(cost, from, j, i, unit, limit);
      }
    }
    int level = 0;
    for (int m = 0; m <= LEVELS; m++) {
      level = cost[n - 1][m] < cost[n - 1][level] ? m : level;
    }
    return cost[n - 1][level] >= IMPOSSIBLE ? keeping(List.of()) : trace(from, level);
  }

  /** Choices are packed as (start cut, its level, computed again or kept whole). */
  private void extend(long[][] cost, int[][] from, int j, int i, long unit, long limit) {
    long waiting = waitingBefore[cuts[i]] - waitingBefore[cuts[j]];
    long flops = waiting == 0 ? 0 : flopsBefore[cuts[i]] - flopsBefore[cuts[j]];
    boolean last = i == cuts.length - 1;
    int kept = levels(waiting + (last ? 0 : crossingOnly[cuts[i]]), unit);
    int carried = last ? 0 : levels(crossing[cuts[i]], unit);
    long again = waiting > limit ? -1 : Math.min(LEVELS - carried, (limit - waiting) / unit);
    long most = Math.max(LEVELS - kept, again);
    for (int m = 0; m <= most; m++) {
      long c = cost[j][m];
      if (c >= IMPOSSIBLE) {
        continue;
      }
      if (m + kept <= LEVELS && c < cost[i][m + kept]) {
        cost[i][m + kept] = c;
        from[i][m + kept] = (j * (LEVELS + 1) + m) * 2;
      }
      if (m <= again && c + flops < cost[i][m + carried]) {
        cost[i][m + carried] = c + flops;
        from[i][m + carried] = (j * (LEVELS + 1) + m) * 2 + 1;
      }
    }
  }

  private static int levels(long bytes, long unit) {
    return (int) Math.min(LEVELS + 1, (bytes + unit - 1) / unit);
  }

  private int[] trace(int[][] from, int lastLevel) {
    List<int[]> segments = new ArrayList<>();
    int i = cuts.length - 1;
    int m = lastLevel;
    while (i > 0) {
      int packed = from[i][m];
      int j = packed / 2 / (LEVELS + 1);
      m = packed / 2 % (LEVELS + 1);
      segments.add(new int[] {cuts[j], cuts[i], packed % 2});
      i = j;
    }
    return keeping(segments);
  }

  /** Keeps what lies in whole segments, and what crosses the ends of the others. */
  private int[] keeping(List<int[]> segments) {
    int[] until = nothingKept(tape, uses, turn);
    for (int[] s : segments) {
      for (int op = 0; op < s[1]; op++) {
        boolean inside = op >= s[0] && waits[op] && s[2] == 0;
        boolean crosses = s[1] < turn && uses.lastBy(op, turn) >= s[1];
        if (inside || crosses) {
          until[op] = Replay.FOREVER;
        }
      }
    }
    return until;
  }

  /** Nothing waits at the turn but what can't be computed again. */
  static int[] nothingKept(Tape tape, Uses uses, int turn) {
    int[] until = new int[tape.ops()];
    for (int op = 0; op < until.length; op++) {
      boolean idle = uses.isIdle(op, turn);
      int dropped = idle ? uses.lastBy(op, turn) : uses.last(op);
      until[op] = tape.cloneable()[op] ? dropped : Replay.FOREVER;
    }
    return until;
  }

  /** All that waits at the turn is kept; what nobody reads later is computed again in need. */
  static int[] everythingKept(Tape tape, Uses uses) {
    int[] until = new int[tape.ops()];
    for (int op = 0; op < until.length; op++) {
      until[op] = tape.cloneable()[op] ? uses.last(op) : Replay.FOREVER;
    }
    return until;
  }
}
