package dev.ballast.bench.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * The rest of a service: a thread that allocates so many bytes a second, of which some live for a
 * while. Most die at once. One in ten lives for a quarter of a second, so that a young collection
 * finds something to copy; one in a hundred for four seconds, so that it grows old first.
 *
 * <pre>{@code
 * try (Pressure p = Pressure.of(500)) {
 *   …
 *   p.reachedMBps();
 * }
 * }</pre>
 */
public final class Pressure implements AutoCloseable {
  /** From short texts to a page of results, as services have them; 1 kB on average. */
  private static final int[] SIZES = {24, 56, 120, 248, 504, 1016, 2040, 4088};

  private static final double MEAN_BYTES = 1_040;
  private static final double SHORT_SECONDS = 0.25;
  private static final double LONG_SECONDS = 4;
  private static final int SHORT_ONE_IN = 10;
  private static final int LONG_ONE_IN = 100;
  private static final long TICK_NANOS = 1_000_000;

  /** What it is late by more than this it leaves out: no service catches up on seconds at once. */
  private static final long MOST_LATE_NANOS = 50_000_000;

  /** Something with something else behind it, for the collector to follow. */
  private record Piece(Object behind, byte[] body) {}

  private final double bytesPerNano;
  private final Piece[] shortLived;
  private final Piece[] longLived;
  private final Thread thread;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private volatile boolean ended;

  /** What is not kept must not be proven useless and left out. */
  @SuppressWarnings("unused")
  private volatile byte[] sink;

  private long markBytes;
  private long markNanos;

  private Pressure(double megabytesPerSecond) {
    this.bytesPerNano = megabytesPerSecond / 1e3;
    double pieces = 1e6 * megabytesPerSecond / MEAN_BYTES;
    this.shortLived = new Piece[1 + (int) (pieces / SHORT_ONE_IN * SHORT_SECONDS)];
    this.longLived = new Piece[1 + (int) (pieces / LONG_ONE_IN * LONG_SECONDS)];
    this.thread = Thread.ofPlatform().daemon().name("the rest of the service").unstarted(this::run);
  }

  /**
   * Starts to allocate.
   *
   * @param megabytesPerSecond 0 for none
   */
  public static Pressure of(double megabytesPerSecond) {
    Pressure p = new Pressure(megabytesPerSecond);
    if (megabytesPerSecond > 0) {
      p.thread.start();
    }
    p.mark();
    return p;
  }

  public boolean isOn() {
    return bytesPerNano > 0;
  }

  /** From here on counts what {@link #reachedMBps} tells. */
  public void mark() {
    markBytes = bytes();
    markNanos = System.nanoTime();
  }

  /** What the JVM says that the thread has allocated. */
  public double reachedMBps() {
    return 1e3 * (bytes() - markBytes) / (System.nanoTime() - markNanos);
  }

  private long bytes() {
    return Math.max(0, threads.getThreadAllocatedBytes(thread.threadId()));
  }

  private void run() {
    long start = System.nanoTime();
    long done = 0;
    long n = 0;
    while (!ended) {
      long late = System.nanoTime() - start - (long) (done / bytesPerNano);
      start += Math.max(0, late - MOST_LATE_NANOS);
      long due = (long) ((System.nanoTime() - start) * bytesPerNano);
      for (; done < due; n++) {
        done += allocate(n);
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  /** Tells how many bytes it took, headers and alignment included, as HotSpot lays them out. */
  private long allocate(long n) {
    // Mixed, so that what is kept has all sizes as well.
    int size = SIZES[(int) ((n ^ n >>> 3 ^ n >>> 6) & 7)];
    Piece[] kept = n % LONG_ONE_IN == 1 ? longLived : n % SHORT_ONE_IN == 0 ? shortLived : null;
    byte[] body = new byte[size];
    if (kept == null) {
      sink = body;
      return size + 16;
    }
    long turn = n / (kept == longLived ? LONG_ONE_IN : SHORT_ONE_IN);
    int slot = (int) (turn % kept.length);
    // Behind it the body of the piece before, and nothing behind that: no chain grows.
    Piece before = kept[(slot + kept.length - 1) % kept.length];
    kept[slot] = new Piece(before == null ? null : before.body(), body);
    return size + 40;
  }

  /** Ends the thread. */
  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
