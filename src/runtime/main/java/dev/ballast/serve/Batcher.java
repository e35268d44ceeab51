package dev.ballast.serve;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.plan.PlanOptions;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers callers that come at the same time in one batch: a product of eight rows takes little
 * more time than one of a single row.
 *
 * <pre>{@code
 * Batcher batcher = Batcher.of(ref, "x", "probabilities", BatchingOptions.defaults());
 * batcher.run(x, y);       // on any thread: x of one example, y for its answer
 * }</pre>
 *
 * <p>The first caller of a batch leads it: it waits for others for as long as the options say, or
 * until the batch is full, or while all sessions are busy; it runs the smallest session that holds
 * them all, and wakes them. Nothing is allocated. An answer is the same bits whoever shares the
 * batch, as far as the kernels chosen for different batch sizes are the same: see {@link
 * BatchingOptions}.
 */
public final class Batcher implements AutoCloseable {
  private static final long POLL_NANOS = 20_000;

  private final List<SessionPool> pools = new ArrayList<>();
  private final String input;
  private final String output;
  private final long inBytes;
  private final long outBytes;
  private final BatchingOptions options;
  private final AccountedArena arena;
  private final Lane[] lanes;

  /** Batches that run. */
  private final AtomicInteger running = new AtomicInteger();

  private volatile boolean isClosed;

  private Batcher(ModelRef ref, String input, String output, BatchingOptions options) {
    this.input = input;
    this.output = output;
    this.options = options;
    TensorType x = type(ref, input, true);
    TensorType y = type(ref, output, false);
    this.inBytes = x.bytes();
    this.outBytes = y.bytes();
    this.arena = OffHeap.arena(Kind.ARENAS, "a batcher's rows");
    this.lanes = new Lane[options.parallel() + 1];
    boolean opened = false;
    try {
      for (int size = 1; size < options.most(); size *= 2) {
        pools.add(ref.pool(size, options.parallel()));
      }
      pools.add(ref.pool(options.most(), options.parallel()));
      for (int i = 0; i < lanes.length; i++) {
        lanes[i] = new Lane();
      }
      opened = true;
    } finally {
      if (!opened) {
        free();
      }
    }
  }

  private void free() {
    pools.forEach(SessionPool::close);
    arena.close();
  }

  /**
   * @param ref whose model answers; swaps are followed
   * @param input the model's only input
   * @param output the one that callers want
   * @throws IllegalArgumentException where the model has other inputs, or no such output
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes;
   *     nothing is taken then
   */
  public static Batcher of(ModelRef ref, String input, String output, BatchingOptions options) {
    return new Batcher(ref, input, output, options);
  }

  private static TensorType type(ModelRef ref, String name, boolean isInput) {
    var graph = ref.current().plan(1).graph();
    if (isInput) {
      List<String> inputs = graph.inputs().stream().map(i -> i.name()).toList();
      if (!inputs.equals(List.of(name))) {
        throw new IllegalArgumentException(
            "a batcher feeds a single input, '" + name + "'; the model has " + inputs);
      }
      return graph.inputs().getFirst().type();
    }
    var value = graph.outputs().get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "the model has no output '" + name + "', only " + graph.outputs().keySet());
    }
    return value.type();
  }

  /**
   * Answers one example, together with those of other callers.
   *
   * @param x the example's bytes, in native order
   * @param y where to put the answer's
   * @throws ShapeException where their sizes are others
   * @throws IllegalStateException where it is closed
   * @throws IndexOutOfBoundsException where an index among the inputs of the batch is out of range:
   *     all who share it get this
   */
  public void run(MemorySegment x, MemorySegment y) {
    demand("input", input, x.byteSize(), inBytes);
    demand("output", output, y.byteSize(), outBytes);
    Lane lane = null;
    int row = -1;
    while (row < 0) {
      if (isClosed) {
        throw new IllegalStateException("the batcher is closed");
      }
      for (int i = 0; i < lanes.length && row < 0; i++) {
        lane = lanes[i];
        row = lane.claim();
      }
      if (row < 0) {
        LockSupport.parkNanos(this, POLL_NANOS);
      }
    }
    lane.answer(row, x, y);
  }

  private static void demand(String kind, String name, long bytes, long wanted) {
    if (bytes != wanted) {
      throw new ShapeException(
          "%s '%s' of one example has %d bytes, not %d".formatted(kind, name, wanted, bytes));
    }
  }

  /** The batch sizes that it has sessions for, ascending. */
  public List<Integer> sizes() {
    return pools.stream().map(SessionPool::batch).toList();
  }

  /**
   * How many batches sessions of that size have answered so far.
   *
   * @throws IllegalArgumentException where it has none of that size
   */
  public long batches(int size) {
    for (SessionPool p : pools) {
      if (p.batch() == size) {
        return p.runs().runs();
      }
    }
    throw new IllegalArgumentException("the batcher has sessions of " + sizes() + ", not " + size);
  }

  /** Examples that were answered so far. */
  public long examples() {
    long n = 0;
    for (Lane lane : lanes) {
      n += lane.answered.getOpaque();
    }
    return n;
  }

  /** The smallest sessions that hold so many rows. */
  private SessionPool pool(int rows) {
    for (SessionPool p : pools) {
      if (p.batch() >= rows) {
        return p;
      }
    }
    throw new IllegalStateException(rows + " rows are more than a batch");
  }

  /** Refuses what comes from now on, and returns once all that came before are answered. */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      for (Lane lane : lanes) {
        while (!lane.closeForGood()) {
          LockSupport.parkNanos(this, POLL_NANOS);
        }
      }
      free();
    }
  }

  /** Rows that are answered together. */
  private final class Lane {
    private static final int CLOSED = 1 << 20;

    private final MemorySegment in =
        arena.allocate(options.most() * inBytes, PlanOptions.ALIGNMENT);
    private final MemorySegment out =
        arena.allocate(options.most() * outBytes, PlanOptions.ALIGNMENT);

    /** Rows that have a caller, and {@link #CLOSED} once no more may come. */
    private final AtomicInteger claimed = new AtomicInteger();

    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final Thread[] callers = new Thread[options.most()];

    /** Examples so far; written by who leads. */
    private final AtomicLong answered = new AtomicLong();

    private volatile boolean isDone;
    private volatile Throwable failure;

    /** Whether nobody is in it, and so nobody will be. */
    boolean closeForGood() {
      return claimed.compareAndSet(0, CLOSED);
    }

    /** A row, or −1 where there is none. */
    int claim() {
      while (true) {
        int rows = claimed.get();
        if (rows >= options.most()) {
          return -1;
        }
        if (claimed.compareAndSet(rows, rows + 1)) {
          return rows;
        }
      }
    }

    void answer(int row, MemorySegment x, MemorySegment y) {
      callers[row] = Thread.currentThread();
      RuntimeException unreadable = null;
      try {
        MemorySegment.copy(x, 0, in, row * inBytes, inBytes);
      } catch (RuntimeException e) {
        // Whoever shares the batch must not wait for this row.
        unreadable = e;
      }
      written.incrementAndGet();
      if (row == 0) {
        lead();
      } else {
        if (row == options.most() - 1) {
          LockSupport.unpark(callers[0]);
        }
        awaitDone();
      }
      Throwable failed = unreadable == null ? failure : unreadable;
      try {
        rethrow(failed);
        MemorySegment.copy(out, row * outBytes, y, 0, outBytes);
      } finally {
        leave();
      }
    }

    private void awaitDone() {
      boolean interrupted = false;
      while (!isDone) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private void lead() {
      boolean interrupted = false;
      long deadline = System.nanoTime() + options.lingerNanos();
      while (claimed.get() < options.most() && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(this, Math.min(POLL_NANOS, deadline - System.nanoTime()));
        interrupted |= Thread.interrupted();
      }
      while (!mayRun()) {
        LockSupport.parkNanos(this, POLL_NANOS);
        interrupted |= Thread.interrupted();
      }
      int rows = claimed.getAndAdd(CLOSED);
      while (written.get() < rows) {
        Thread.onSpinWait();
      }
      try {
        runTogether(rows);
      } catch (RuntimeException | Error e) {
        // Such as the InternalError of a mapped file that was cut: those who wait must hear of it.
        failure = e;
      } finally {
        running.decrementAndGet();
      }
      isDone = true;
      for (int i = 1; i < rows; i++) {
        LockSupport.unpark(callers[i]);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private boolean mayRun() {
      int now = running.get();
      return now < options.parallel() && running.compareAndSet(now, now + 1);
    }

    private void runTogether(int rows) {
      try (PooledSession s = pool(rows).borrow()) {
        Slice x = s.input(input);
        MemorySegment.copy(in, 0, x.memory(), 0, rows * inBytes);
        // Rows of nobody repeat the first, so that nothing is computed of what lay there.
        for (long at = rows * inBytes; at < x.memory().byteSize(); at += inBytes) {
          MemorySegment.copy(in, 0, x.memory(), at, inBytes);
        }
        s.run();
        MemorySegment.copy(s.output(output).memory(), 0, out, 0, rows * outBytes);
        answered.setOpaque(answered.getPlain() + rows);
      }
    }

    private static void rethrow(Throwable t) {
      switch (t) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(t);
      }
    }

    /** The last that leaves opens the lane again. */
    private void leave() {
      int rows = claimed.get() - CLOSED;
      if (left.incrementAndGet() == rows) {
        isDone = false;
        failure = null;
        written.set(0);
        left.set(0);
        claimed.set(0);
      }
    }
  }
}
