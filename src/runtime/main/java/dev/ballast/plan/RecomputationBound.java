package dev.ballast.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * FLOPs that any plan within a limit must spend again, its steps in the given order. At any moment
 * the bytes above the limit must be freed by letting go results that wait there for later, and each
 * of those is computed again later, once at least. The cheapest way to free them, where a part of a
 * result may be let go for a part of its cost, is a bound; the highest over all moments is taken.
 *
 * <p>What a result is computed from may be gone at that moment too, and serve nobody else: then it
 * is computed again as well, or its bytes are kept instead, which frees fewer.
 */
final class RecomputationBound {
  private static final int MAX_MOMENTS = 32;

  /** A result that may be let go, and the least that each of its bytes costs. */
  private record Waiting(long bytes, double flopsPerByte) {}

  private final Tape tape;
  private final Uses uses;
  private final boolean[] servesOne;
  private final int[] goneAfter;
  private final double[] flopsPerByte;

  private RecomputationBound(Tape tape) {
    this.tape = tape;
    this.uses = new Uses(tape);
    this.servesOne = new boolean[tape.ops()];
    this.goneAfter = new int[tape.ops()];
    this.flopsPerByte = new double[tape.ops()];
    for (int op = 0; op < tape.ops(); op++) {
      boolean read = uses.last(op) > op;
      servesOne[op] = tape.cloneable()[op] && read && uses.nextAfter(op, op) == uses.last(op);
      measure(op);
    }
  }

  static long flops(Tape tape, long limit) {
    return new RecomputationBound(tape).above(limit);
  }

  private long above(long limit) {
    long[] needed = needed();
    List<Integer> moments = new ArrayList<>();
    for (int t = 0; t < tape.ops(); t++) {
      if (needed[t] > limit) {
        moments.add(t);
      }
    }
    // Most is often decided at the highest load, but what waits there can be cheap.
    moments.sort(Comparator.comparingLong((Integer t) -> -needed[t]));
    int step = Math.max(1, (moments.size() - MAX_MOMENTS) / MAX_MOMENTS);
    long bound = 0;
    for (int k = 0; k < moments.size(); k += k < MAX_MOMENTS ? 1 : step) {
      int t = moments.get(k);
      bound = Math.max(bound, knapsack(waiting(t), needed[t] - limit));
    }
    return bound;
  }

  /** The bytes of what waits at each step; they can't share, being read later each for itself. */
  private long[] needed() {
    long[] change = new long[tape.ops() + 1];
    for (int op = 0; op < tape.ops(); op++) {
      long bytes = bytes(op);
      change[op] += bytes;
      change[lastRepeatable(op)] -= bytes;
    }
    for (int t = 1; t <= tape.ops(); t++) {
      change[t] += change[t - 1];
    }
    return change;
  }

  /** An update may run earlier in another plan, so what waits for it alone is not counted. */
  private int lastRepeatable(int op) {
    int last = uses.last(op);
    while (last > op && tape.isUpdate(last)) {
      last = uses.lastBy(op, last - 1);
    }
    return last;
  }

  private List<Waiting> waiting(int t) {
    List<Waiting> all = new ArrayList<>();
    for (int op = 0; op < t; op++) {
      boolean read = uses.lastBy(op, t) == t;
      if (!read && tape.cloneable()[op] && lastRepeatable(op) > t) {
        all.add(new Waiting(bytes(op), flopsPerByte(op, t)));
      }
    }
    return all;
  }

  /** The least that each byte of a result costs once all that serves it alone is gone. */
  private void measure(int op) {
    long bytes = Math.max(1, bytes(op));
    long flops = tape.flops()[op];
    long fewest = bytes;
    List<Integer> gone = new ArrayList<>(List.of(op));
    for (int k = 0; k < gone.size(); k++) {
      for (int v : tape.reads()[gone.get(k)]) {
        int p = tape.producer()[v];
        if (servesOne[p]) {
          gone.add(p);
          goneAfter[op] = Math.max(goneAfter[op], uses.last(p));
          flops += tape.flops()[p];
          fewest = Math.min(fewest, bytes(p));
        }
      }
    }
    double again = (double) flops / bytes;
    double keeping = (double) tape.flops()[op] / Math.max(1, bytes - fewest);
    flopsPerByte[op] = fewest == bytes ? again : Math.min(again, keeping);
  }

  private double flopsPerByte(int op, int t) {
    return t > goneAfter[op]
        ? flopsPerByte[op]
        : (double) tape.flops()[op] / Math.max(1, bytes(op));
  }

  private static long knapsack(List<Waiting> waiting, long excess) {
    waiting.sort(Comparator.comparingDouble(Waiting::flopsPerByte));
    long left = excess;
    double flops = 0;
    for (Waiting w : waiting) {
      long freed = Math.min(left, w.bytes());
      flops += freed * w.flopsPerByte();
      left -= freed;
    }
    return (long) flops;
  }

  private long bytes(int op) {
    long sum = 0;
    for (int v : tape.results()[op]) {
      sum += tape.bytes()[v];
    }
    return sum;
  }
}
