package dev.ballast.serve;

import dev.ballast.memory.OffHeapLimitException;
import java.util.concurrent.TimeUnit;

/**
 * A fixed number of sessions for services whose threads are not their own.
 *
 * <pre>{@code
 * try (PooledSession s = pool.borrow(2, TimeUnit.MILLISECONDS)) {
 *   s.input("x").copyFrom(features);
 *   s.run();
 *   return s.output("y").get(0);
 * }
 * }</pre>
 *
 * <p>Borrowing and giving back allocate nothing and take no lock. Where none is free the caller
 * waits until its deadline; where as many wait already as the pool was made for, it is refused at
 * once, so that a queue can't grow without end. Whoever comes may be served before those who wait.
 */
public final class SessionPool implements AutoCloseable {
  /** How many callers may wait for each session. */
  private static final int WAITING_PER_SESSION = 64;

  private final int batch;
  private final int sessions;
  private final Lender<PooledSession> lender;
  private final RunCounters counters = new RunCounters();
  private volatile Generation current;

  private SessionPool(ServingModel model, int batch, int sessions) {
    if (sessions < 1) {
      throw new IllegalArgumentException("a pool needs at least one session, not " + sessions);
    }
    this.batch = batch;
    this.sessions = sessions;
    this.lender = new Lender<>(sessions, Math.multiplyExact(sessions, WAITING_PER_SESSION));
    this.current = prepare(model);
    lender.publish(current.sessions());
  }

  /**
   * A pool on one model, which is not closed with it.
   *
   * @throws IllegalStateException where the model is closed
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes
   */
  public static SessionPool of(ServingModel model, int batch, int sessions) {
    return new SessionPool(model, batch, sessions);
  }

  /** The batch size of its sessions. */
  public int batch() {
    return batch;
  }

  public int sessions() {
    return sessions;
  }

  boolean isClosed() {
    return lender.isClosed();
  }

  /** Sessions that nobody has at this moment; none once it is closed. */
  public int idle() {
    return lender.idle();
  }

  /** Callers that wait for a session at this moment. */
  public int waiting() {
    return lender.waiting();
  }

  /** How many callers got none so far, for that reason. */
  public long refused(Refusal why) {
    return lender.refused(why);
  }

  /** The runs of its sessions so far; counting them costs next to nothing. */
  public RunCounts runs() {
    return counters.sum();
  }

  /** From now on takes the time of each run: the clock is read twice. */
  public void timeRuns() {
    counters.time();
  }

  /** The model that the next borrower answers with. */
  public ServingModel model() {
    return current.model();
  }

  /**
   * A free session, at once.
   *
   * @throws NoSessionException where there was an instant at which none was free
   * @throws IllegalStateException where the pool is closed
   */
  public PooledSession borrow() {
    return lender.borrow();
  }

  /**
   * A free session, as soon as there is one.
   *
   * @throws NoSessionException where none is free before the deadline, too many wait already, or
   *     the thread is interrupted, which it then still is
   * @throws IllegalStateException where the pool is closed
   */
  public PooledSession borrow(long timeout, TimeUnit unit) {
    return lender.borrow(timeout, unit);
  }

  /** Opens as many sessions on a model, for {@link #publish}. */
  Generation prepare(ServingModel model) {
    return Generation.open(model, lender, counters, batch, sessions);
  }

  /**
   * From now on callers get sessions of this generation; those of the one before are closed.
   *
   * @return the one before
   */
  Generation publish(Generation next) {
    Generation before = current;
    current = next;
    lender.publish(next.sessions());
    return before;
  }

  /** Lends no more sessions; those that are lent are closed when they are given back. */
  @Override
  public void close() {
    lender.close();
  }
}
