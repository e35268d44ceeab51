package dev.ballast.bench.load;

import dev.ballast.runtime.HeapAllocation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Sends requests when they are due, whether those before were answered or not, and counts the time
 * of each from when it was due. A thread that is held up sends late what fell due meanwhile, and
 * all of that pays for it, as users would. Counted from when it was sent, a stall would be one slow
 * request: coordinated omission (Gil Tene, "How not to measure latency").
 *
 * <pre>{@code
 * Load load = new Load(2_000, 10, 1, Arrivals.POISSON, 1);
 * LoadResult r = OpenLoop.run(load, Clock.SPINNING, thread -> session::run);
 * r.micros(0.999);
 * }</pre>
 *
 * Sending allocates nothing on the heap.
 */
public final class OpenLoop {
  /** Something that is asked for; run by one thread only. */
  public interface Request {
    void run() throws Exception;
  }

  /** For all threads to be there before the first request is due. */
  private static final long START = 20_000_000;

  private final Load load;
  private final Clock clock;
  private volatile boolean failed;

  private OpenLoop(Load load, Clock clock) {
    this.load = load;
    this.clock = clock;
  }

  /**
   * Runs all of the load. It takes as long as the load says, and up to twice as long where the rate
   * can't be kept: what was not sent by then counts with the time it has waited.
   *
   * @param requests for each thread, from 0, what it sends
   * @throws Exception what a request threw first; the other threads stop then
   */
  public static LoadResult run(Load load, Clock clock, IntFunction<Request> requests)
      throws Exception {
    return new OpenLoop(load, clock).run(requests);
  }

  private LoadResult run(IntFunction<Request> requests) throws Exception {
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < load.threads(); i++) {
      lanes.add(new Lane(load.due(i), requests.apply(i)));
    }
    long start = clock.nanos() + START;
    List<FutureTask<Lane>> tasks = new ArrayList<>();
    for (Lane lane : lanes) {
      FutureTask<Lane> task = new FutureTask<>(() -> send(lane, start));
      Thread.ofPlatform().daemon().name("load " + tasks.size()).start(task);
      tasks.add(task);
    }
    LoadResult all = LoadResult.nothing();
    double seconds = load.seconds();
    for (FutureTask<Lane> task : tasks) {
      Lane lane = done(task);
      all = all.beside(lane.latency, lane.sent, lane.heapBytes);
      seconds = Math.max(seconds, (lane.end - start) / 1e9);
    }
    return all.lasting(load.seconds(), seconds);
  }

  private Lane send(Lane lane, long start) throws Exception {
    try {
      lane.run(clock, start, start + (long) (2e9 * load.seconds()), () -> failed);
      return lane;
    } catch (Exception | Error e) {
      failed = true;
      throw e;
    }
  }

  private Lane done(FutureTask<Lane> task) throws Exception {
    try {
      return task.get();
    } catch (ExecutionException e) {
      failed = true;
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    } catch (InterruptedException e) {
      failed = true;
      throw e;
    }
  }

  /** What one thread sends. */
  static final class Lane {
    private final long[] due;
    private final Request request;
    private final Histogram latency = LoadResult.histogram();
    private long sent;
    private long end;
    private long heapBytes;

    Lane(long[] due, Request request) {
      this.due = due;
      this.request = request;
    }

    Histogram latency() {
      return latency;
    }

    long sent() {
      return sent;
    }

    /**
     * @param start to which the times are added at which requests are due
     * @param last time at which one may be sent
     * @param stopped asked before each
     */
    void run(Clock clock, long start, long last, BooleanSupplier stopped) throws Exception {
      end = start;
      long before = HeapAllocation.ofCurrentThread();
      for (long d : due) {
        if (stopped.getAsBoolean()) {
          return;
        }
        long intended = start + d;
        clock.await(intended);
        if (clock.nanos() - last < 0) {
          request.run();
          sent++;
        }
        end = clock.nanos();
        latency.recordValue(Math.clamp(end - intended, 0, LoadResult.LONGEST));
      }
      heapBytes += HeapAllocation.ofCurrentThread() - before;
    }
  }
}
