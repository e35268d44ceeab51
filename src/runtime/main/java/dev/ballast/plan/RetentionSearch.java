package dev.ballast.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds what to keep of a step so that its load stays within a limit at the fewest FLOPs found.
 * Starts are schedules of segments between nothing and everything kept, and everything kept with
 * the cheapest bytes let go wherever the load is too high. From the best, a local search keeps
 * single results again as long as the limit holds, and trades dear ones for cheap ones. All is
 * limited by a number of replays that falls with the size of the step, so that the same graph gives
 * the same answer anywhere.
 */
final class RetentionSearch {
  /** Ops visited by all replays together: some tenths of a second. */
  private static final long WORK = 6_000_000;

  private static final int LIMITS = 24;
  private static final int REFINEMENTS = 6;
  private static final int MAX_DROPS = 400;
  private static final int SWAPS = 12;

  /** The search ends within one part in so many of the bound. */
  private static final int NEGLIGIBLE = 100;

  /** What is kept, and what a replay of it came to. */
  record Choice(int[] until, long peak, long flops) {}

  private final Tape tape;
  private final Uses uses;
  private final Replay replay;
  private final ChainSchedule chain;
  private long replaysLeft;

  RetentionSearch(Tape tape, boolean inPlace) {
    this.tape = tape;
    this.uses = new Uses(tape);
    this.replay = new Replay(tape, inPlace);
    this.replaysLeft = WORK / Math.max(1, tape.ops());
    replay.run(ChainSchedule.everythingKept(tape, uses));
    this.chain = new ChainSchedule(tape, uses, replay.originalAt(replay.peakAt()));
  }

  /** The sequence of a choice. */
  int[] sequence(Choice c) {
    replay.run(c.until());
    return replay.sequence();
  }

  private Choice measured(int[] until) {
    replay.run(until);
    replaysLeft--;
    return new Choice(until, replay.peak(), replay.extraFlops());
  }

  /** The cheapest choice found whose load stays within a limit. */
  Optional<Choice> within(long limit) {
    List<Choice> found = new ArrayList<>();
    found.addAll(segmented(limit));
    repaired(ChainSchedule.everythingKept(tape, uses), limit).ifPresent(found::add);
    return found.stream()
        .filter(c -> c.peak() <= limit)
        .min(Comparator.comparingLong(Choice::flops))
        .map(c -> improved(c, limit));
  }

  /** Schedules of segments for rising limits, and finer where the dearest one fits. */
  private List<Choice> segmented(long limit) {
    List<Choice> found = new ArrayList<>();
    long fits = -1;
    long tooMuch = 0;
    for (int k = 0; k <= LIMITS; k++) {
      long bytes = chain.waitingBytes() * k / LIMITS;
      Choice c = measured(chain.within(bytes));
      found.add(c);
      fits = c.peak() <= limit ? bytes : fits;
    }
    if (fits >= 0) {
      tooMuch = fits + chain.waitingBytes() / LIMITS;
      for (int k = 0; k < REFINEMENTS; k++) {
        long bytes = (fits + tooMuch) / 2;
        Choice c = measured(chain.within(bytes));
        found.add(c);
        fits = c.peak() <= limit ? bytes : fits;
        tooMuch = c.peak() <= limit ? tooMuch : bytes;
      }
    }
    found.stream()
        .filter(c -> c.peak() > limit)
        .min(Comparator.comparingLong(Choice::peak).thenComparingLong(Choice::flops))
        .flatMap(c -> repaired(c.until().clone(), limit))
        .ifPresent(found::add);
    return found;
  }

  /** The choice with the lowest peak found, whatever it costs. */
  Choice lowest() {
    Choice best = measured(ChainSchedule.everythingKept(tape, uses));
    for (int k = 0; k <= 4 * LIMITS; k++) {
      Choice c = measured(chain.within(chain.waitingBytes() * k / (4 * LIMITS)));
      best = c.peak() < best.peak() ? c : best;
    }
    Optional<Choice> lower = Optional.of(best);
    while (lower.isPresent() && replaysLeft > 0) {
      best = lower.get();
      lower = repaired(best.until().clone(), best.peak() - 1 - best.peak() / 256);
    }
    return best;
  }

  /** Lets the cheapest bytes go wherever the load is too high; works on the array given. */
  private Optional<Choice> repaired(int[] until, long limit) {
    Choice c = measured(until);
    for (int k = 0; k < MAX_DROPS && c.peak() > limit && replaysLeft > 0; k++) {
      if (!dropCheapest(until, limit)) {
        return Optional.empty();
      }
      c = measured(until);
    }
    return c.peak() <= limit ? Optional.of(c) : Optional.empty();
  }

  private record Drop(int op, int until, double cost) {}

  /** Lets go of what waits at the peak, cheapest first, until the excess is covered. */
  private boolean dropCheapest(int[] until, long limit) {
    List<Drop> drops = drops(until);
    long excess = replay.peak() - limit;
    for (Drop d : drops) {
      if (excess <= 0) {
        break;
      }
      until[d.op()] = d.until();
      excess -= bytes(d.op());
    }
    return !drops.isEmpty();
  }

  /** What waits at the peak of the last replay and may be let go, cheapest a byte first. */
  private List<Drop> drops(int[] until) {
    int now = replay.originalAt(replay.peakAt());
    List<Drop> drops = new ArrayList<>();
    for (int op = 0; op < now; op++) {
      if (tape.cloneable()[op] && uses.isIdle(op, now) && until[op] > now) {
        int keptTo = uses.lastBy(op, now);
        double flops = 1 + closure(op, uses.nextAfter(op, now), until);
        drops.add(new Drop(op, keptTo, flops / bytes(op)));
      }
    }
    drops.sort(Comparator.comparingDouble(Drop::cost).thenComparingInt(Drop::op));
    return drops;
  }

  /** What an op costs at a time with those of its inputs that are gone then, their inputs left. */
  private long closure(int op, int time, int[] until) {
    long flops = tape.flops()[op];
    for (int v : tape.reads()[op]) {
      int p = tape.producer()[v];
      flops += until[p] < time ? tape.flops()[p] : 0;
    }
    return flops;
  }

  private long bytes(int op) {
    long sum = 1;
    for (int v : tape.results()[op]) {
      sum += tape.bytes()[v];
    }
    return sum;
  }

  private Choice improved(Choice start, long limit) {
    Choice best = start;
    long enough = RecomputationBound.flops(tape, limit);
    enough += enough / NEGLIGIBLE;
    boolean better = true;
    while (better && best.flops() > enough && replaysLeft > 0) {
      Choice kept = keepMore(best, limit);
      Choice traded = trade(kept, limit);
      better = traded.flops() < best.flops();
      best = traded;
    }
    return best;
  }

  /** The ops that run twice, the dearest first. */
  private List<Integer> dearest(Choice c) {
    replay.run(c.until());
    List<Integer> ops = new ArrayList<>();
    for (int op = 0; op < tape.ops(); op++) {
      if (replay.isCloned(op)) {
        ops.add(op);
      }
    }
    ops.sort(Comparator.comparingLong((Integer op) -> -tape.flops()[op]));
    return ops;
  }

  private Choice keepMore(Choice start, long limit) {
    Choice best = start;
    for (int op : dearest(start)) {
      if (replaysLeft <= 0) {
        return best;
      }
      int[] until = best.until().clone();
      until[op] = Replay.FOREVER;
      Choice c = measured(until);
      best = c.peak() <= limit && c.flops() < best.flops() ? c : best;
    }
    return best;
  }

  /** Keeps one that is dear and lets others go for it: the cheapest, or a single one. */
  private Choice trade(Choice start, long limit) {
    Choice best = start;
    for (int op : dearest(start)) {
      if (replaysLeft <= 0) {
        return best;
      }
      int[] until = best.until().clone();
      until[op] = Replay.FOREVER;
      Choice one = swapped(best, until.clone(), limit);
      Optional<Choice> many = repaired(until, limit);
      best = one.flops() < best.flops() ? one : best;
      best = many.isPresent() && many.get().flops() < best.flops() ? many.get() : best;
    }
    return best;
  }

  private Choice swapped(Choice start, int[] until, long limit) {
    Choice best = start;
    measured(until);
    List<Drop> drops = drops(until);
    for (Drop d : drops.subList(0, Math.min(SWAPS, drops.size()))) {
      int[] other = until.clone();
      other[d.op()] = d.until();
      Choice c = measured(other);
      best = c.peak() <= limit && c.flops() < best.flops() ? c : best;
    }
    return best;
  }
}
