package dev.ballast.bench.latency;

import dev.ballast.bench.load.LoadResult;
import dev.ballast.bench.peers.Side;

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
