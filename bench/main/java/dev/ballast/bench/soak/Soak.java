package dev.ballast.bench.soak;

import com.sun.management.ThreadMXBean;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.serve.Batcher;
import dev.ballast.serve.BatchingOptions;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.serve.ServingOptions;
import dev.ballast.serve.SessionPool;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** A service under mixed load for some time, looked at each second. */
final class Soak implements AutoCloseable {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final long SAMPLE_NANOS = 1_000_000_000L;
  private static final long LEARNER_PAUSE_NANOS = 500_000;
  private static final long GUEST_PAUSE_NANOS = 100_000_000;

  /** Before a quiet time, for callers to be in compiled code again. */
  private static final long CALM_NANOS = 200_000_000;

  private static final int SAMPLES_A_LINE = 60;

  /** Of so many samples the last begins a quiet time, which lasts until the next. */
  private static final int QUIET_EACH = 20;

  private final SoakOptions options;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Quiet quiet = new Quiet();
  private final Arena memory = Arena.ofShared();
  private final Learner learner = new Learner(stop, LEARNER_PAUSE_NANOS);
  private final Reference reference = new Reference();
  private final ModelRef ref;
  private final SessionPool pool;
  private final Batcher batcher;
  private final Versions versions;
  private final Swapper swapper;
  private final Guests guests;
  private final List<Caller> callers = new ArrayList<>();
  private final List<Thread> askers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final List<SoakResult.QuietTime> quietTimes = new ArrayList<>();
  private long start;

  private Soak(SoakOptions options, Path folder) {
    this.options = options;
    MemorySegment weights = memory.allocate(reference.weightBytes(), Long.BYTES);
    learner.copyTo(weights);
    float[] first = reference.answers(weights);
    this.ref =
        new ModelRef(ServingModel.of(SoakModel.serving(), weights, ServingOptions.defaults()));
    this.pool = ref.pool(1, options.threads());
    this.batcher =
        Batcher.of(
            ref,
            SoakModel.INPUT,
            SoakModel.OUTPUT,
            BatchingOptions.defaults().withParallel(Math.max(1, options.threads() / 4)));
    this.versions = new Versions(first);
    this.swapper = new Swapper(ref, learner, reference, versions, first, weights, folder);
    this.guests = new Guests(ref, versions, quiet, stop, GUEST_PAUSE_NANOS);
    for (int i = 0; i < options.threads(); i++) {
      long pause = options.pause().toNanos();
      callers.add(new Caller(pool, batcher, versions, stop, pause, memory));
      askers.add(thread("asks " + i, callers.getLast()));
    }
    threads.addAll(askers);
    threads.add(thread("learns", learner));
    threads.add(thread("guests", guests));
    threads.add(thread("swaps", this::swapAllTheWhile));
  }

  /**
   * @param folder for model files, which are deleted again
   * @param progress is told a line each minute
   * @throws IllegalStateException where an answer is wrong, or anything else fails
   */
  static SoakResult run(SoakOptions options, Path folder, PrintWriter progress) throws IOException {
    long before = taken();
    SoakResult.Counts counts;
    List<Sample> samples;
    List<SoakResult.QuietTime> quietTimes;
    try (Soak soak = new Soak(options, folder)) {
      soak.threads.forEach(Thread::start);
      soak.watch(progress);
      soak.end();
      samples = soak.samples;
      quietTimes = soak.quietTimes;
      counts = soak.counts();
    }
    return new SoakResult(options, samples, quietTimes, counts, taken() - before);
  }

  private static long taken() {
    return OffHeap.taken().values().stream().mapToLong(Long::longValue).sum();
  }

  private Thread thread(String name, Runnable work) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            stop.set(true);
          }
        };
    return Thread.ofPlatform().name(name).daemon().unstarted(guarded);
  }

  private void swapAllTheWhile() {
    long next = System.nanoTime();
    while (!stop.get()) {
      quiet.disturb(swapper::swap);
      next = Math.max(System.nanoTime(), next + options.swapEvery().toNanos());
      while (!stop.get() && next - System.nanoTime() > 0) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
  }

  private void watch(PrintWriter progress) throws IOException {
    start = System.nanoTime();
    long end = start + options.time().toNanos();
    long next = start;
    while (!stop.get() && (System.nanoTime() - end < 0 || swapper.swaps() < options.leastSwaps())) {
      boolean isQuiet = samples.size() % QUIET_EACH == QUIET_EACH - 1;
      if (isQuiet) {
        quiet.begin();
        sleepUntil(System.nanoTime() + CALM_NANOS);
      }
      long bytes = callerBytes();
      Sample s = sample();
      samples.add(s);
      if (samples.size() % SAMPLES_A_LINE == 0) {
        progress.printf(
            Locale.ROOT,
            "%4.0f s: %,d answers, %,d swaps, %,d refused, resident %,.1f MB, account %,.1f MB%n",
            s.seconds(),
            s.answers(),
            s.swaps(),
            s.refused(),
            s.process().resident() / 1e6,
            s.accountBytes() / 1e6);
        progress.flush();
      }
      next += SAMPLE_NANOS;
      sleepUntil(next);
      if (isQuiet) {
        quietTimes.add(new SoakResult.QuietTime(s.seconds(), callerBytes() - bytes));
        quiet.end();
      }
    }
  }

  private void sleepUntil(long nanos) {
    while (!stop.get() && nanos - System.nanoTime() > 0) {
      LockSupport.parkNanos(Math.min(nanos - System.nanoTime(), SAMPLE_NANOS / 10));
    }
  }

  private long callerBytes() {
    long[] ids = askers.stream().mapToLong(Thread::threadId).toArray();
    return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
  }

  private Sample sample() throws IOException {
    Map<Kind, Long> account = OffHeap.taken();
    return new Sample(
        (System.nanoTime() - start) / 1e9,
        ProcessStatus.now(),
        JvmStatus.now(),
        account,
        callers.stream().mapToLong(Caller::pooled).sum(),
        callers.stream().mapToLong(Caller::batched).sum(),
        callerBytes(),
        swapper.swaps(),
        swapper.refused() + guests.refused(),
        swapper.modelsAlive(),
        guests.open());
  }

  private SoakResult.Counts counts() {
    return new SoakResult.Counts(
        callers.stream().mapToLong(Caller::pooled).sum(),
        callers.stream().mapToLong(Caller::batched).sum(),
        swapper.swaps(),
        swapper.mapped(),
        swapper.refused() + guests.refused(),
        guests.opened(),
        learner.steps(),
        learner.meanLoss(),
        swapper.leastDistance());
  }

  private void end() {
    stopAll();
    if (failure.get() != null) {
      throw new IllegalStateException(
          "the soak ended after %.0f s: %s"
              .formatted((System.nanoTime() - start) / 1e9, failure.get().getMessage()),
          failure.get());
    }
  }

  /** Whatever is interrupted: nothing may be closed that a thread still uses. */
  private void stopAll() {
    stop.set(true);
    boolean interrupted = false;
    for (Thread t : threads) {
      LockSupport.unpark(t);
      while (t.isAlive()) {
        try {
          t.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopAll();
    batcher.close();
    ref.close();
    reference.close();
    learner.close();
    memory.close();
  }
}
