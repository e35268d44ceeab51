package dev.ballast.bench.soak;

import dev.ballast.serve.Batcher;
import dev.ballast.serve.PooledSession;
import dev.ballast.serve.SessionPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that asks: the pool and the batcher in turn, one probe after the other. It checks each
 * answer, and allocates nothing.
 */
final class Caller implements Runnable {
  private static final long TIMEOUT_SECONDS = 30;

  private final SessionPool pool;
  private final Batcher batcher;
  private final Versions versions;
  private final AtomicBoolean stop;
  private final long pauseNanos;
  private final MemorySegment[] probes = new MemorySegment[SoakModel.PROBES];
  private final MemorySegment scores;

  // Written by this thread alone.
  private volatile long pooled;
  private volatile long batched;

  /**
   * @param memory for its probes and answers
   */
  Caller(
      SessionPool pool,
      Batcher batcher,
      Versions versions,
      AtomicBoolean stop,
      long pauseNanos,
      Arena memory) {
    this.pool = pool;
    this.batcher = batcher;
    this.versions = versions;
    this.stop = stop;
    this.pauseNanos = pauseNanos;
    long bytes = (long) SoakModel.INPUTS * Float.BYTES;
    MemorySegment all = memory.allocate(bytes * SoakModel.PROBES, Long.BYTES);
    all.copyFrom(MemorySegment.ofArray(SoakModel.probes()));
    for (int p = 0; p < probes.length; p++) {
      probes[p] = all.asSlice(p * bytes, bytes);
    }
    this.scores = memory.allocate((long) SoakModel.CLASSES * Float.BYTES, Long.BYTES);
  }

  long pooled() {
    return pooled;
  }

  long batched() {
    return batched;
  }

  @Override
  public void run() {
    int probe = (int) (Thread.currentThread().threadId() % SoakModel.PROBES);
    while (!stop.get()) {
      askPool(probe);
      askBatcher(probe);
      probe = (probe + 1) % SoakModel.PROBES;
      if (pauseNanos > 0) {
        LockSupport.parkNanos(pauseNanos);
      }
    }
  }

  private void askPool(int probe) {
    long oldest = versions.oldest();
    try (PooledSession s = pool.borrow(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      s.input(SoakModel.INPUT).memory().copyFrom(probes[probe]);
      s.run();
      demand(oldest, probe, s.output(SoakModel.OUTPUT).memory(), true);
    }
    pooled = pooled + 1;
  }

  private void askBatcher(int probe) {
    long oldest = versions.oldest();
    batcher.run(probes[probe], scores);
    demand(oldest, probe, scores, false);
    batched = batched + 1;
  }

  private void demand(long oldest, int probe, MemorySegment answer, boolean exactly) {
    long newest = versions.newest();
    if (!versions.hasAnswered(oldest, newest, probe, answer, 0, exactly)) {
      throw new IllegalStateException(
          "probe %d was answered by the %s as none of the versions %d to %d does"
              .formatted(probe, exactly ? "pool" : "batcher", oldest, newest));
    }
  }
}
