package dev.ballast.bench.latency;

import dev.ballast.bench.load.LoadResult;
import dev.ballast.bench.peers.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One side under one setting, all rounds together.
 *
 * @param pressureReachedMBps on average over the rounds
 * @param gcCount whole collections
 */
record LatencyRow(
    String side,
    String version,
    Setting setting,
    LoadResult load,
    Safepoints safepoints,
    long gcCount,
    double pressureReachedMBps) {
  /** What is told of each row. */
  static final double[] SHARES = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};

  /** The share of the garbage asked for that counts as all of it. */
  private static final double REACHED = 0.95;

  boolean isPeer() {
    return !side.equals(Side.BALLAST);
  }

  double micros(double share) {
    return load.micros(share);
  }

  /** The share of the time in which collections held all threads. */
  double pausedShare() {
    return safepoints.gcPauseMillis() / 1e3 / load.seconds();
  }

  /** What was asked for and not reached: such a row says less than the others. */
  List<String> shortfalls() {
    List<String> all = new ArrayList<>();
    if (!load.isKept()) {
      all.add(String.format(Locale.ROOT, "rate not kept: %.0f/s reached", load.reachedPerSecond()));
    }
    if (pressureReachedMBps < REACHED * setting.pressureMBps()) {
      all.add(String.format(Locale.ROOT, "garbage: %.0f MB/s reached", pressureReachedMBps));
    }
    return all;
  }

  /** With a round that came after these, of the same side and setting. */
  LatencyRow then(LatencyRow next) {
    double mine = load.seconds() / (load.seconds() + next.load.seconds());
    return new LatencyRow(
        side,
        version,
        setting,
        load.then(next.load),
        safepoints.plus(next.safepoints),
        gcCount + next.gcCount,
        mine * pressureReachedMBps + (1 - mine) * next.pressureReachedMBps);
  }
}
