package dev.ballast.serve;

import dev.ballast.kernel.Slice;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.Session;

/**
 * A session that was borrowed from a {@link SessionPool}: for the thread that borrowed it, until it
 * is closed, which gives it back. What it hands out must not be used after that.
 *
 * <p>Inputs hold what the borrower before wrote; every input must be written before {@link #run}.
 */
public final class PooledSession extends Lendable implements AutoCloseable {
  private final Session session;
  private final ServingModel model;
  private final RunCounters counters;
  private final RunCounters.Counter counter;

  /**
   * @param counters which of it counts runs
   */
  PooledSession(Session session, ServingModel model, RunCounters counters) {
    this.session = session;
    this.model = model;
    this.counters = counters;
    this.counter = counters.take();
  }

  /** Where to write an input before {@link #run}. */
  public Slice input(String name) {
    demandBorrower();
    return session.input(name);
  }

  /** Where to read an output after {@link #run}. */
  public Slice output(String name) {
    demandBorrower();
    return session.output(name);
  }

  /** Runs the model. Allocates nothing. */
  public void run() {
    demandBorrower();
    if (counters.isTimed()) {
      long start = System.nanoTime();
      session.run();
      counter.add(System.nanoTime() - start);
    } else {
      session.run();
      counter.add();
    }
  }

  /** The model that answers: after a swap not the pool's any more. */
  public ServingModel model() {
    return model;
  }

  public Plan plan() {
    return session.plan();
  }

  /**
   * Gives it back.
   *
   * @throws IllegalStateException where this thread has not borrowed it, or gave it back already
   */
  @Override
  public void close() {
    giveBack();
  }

  @Override
  void end() {
    session.close();
    counters.giveBack(counter);
  }
}
