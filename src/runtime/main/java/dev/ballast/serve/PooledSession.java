package dev.ballast.serve;

import dev.ballast.kernel.Slice;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.Session;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A session that was borrowed from a {@link SessionPool}: for the thread that borrowed it, until it
 * is closed, which gives it back. What it hands out must not be used after that.
 *
 * <p>Inputs hold what the borrower before wrote; every input must be written before {@link #run}.
 */
public final class PooledSession implements AutoCloseable {
  private static final int FREE = 0;
  private static final int BORROWED = 1;
  private static final int CLOSED = 2;

  private final Session session;
  private final ServingModel model;
  private final Generation generation;
  private final AtomicInteger state = new AtomicInteger(FREE);

  /** Written by the borrower alone; another thread that reads it sees itself never. */
  private Thread borrower;

  PooledSession(Session session, ServingModel model, Generation generation) {
    this.session = session;
    this.model = model;
    this.generation = generation;
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
    session.run();
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
    demandBorrower();
    borrower = null;
    state.set(FREE);
    generation.returned(this);
  }

  private void demandBorrower() {
    Thread owner = borrower;
    if (owner != Thread.currentThread()) {
      throw new IllegalStateException(
          owner == null
              ? "the session was given back to its pool: borrow one"
              : "the session is borrowed by thread '"
                  + owner.getName()
                  + "': each thread borrows its own");
    }
  }

  /** Takes it where it is free. */
  boolean take() {
    if (state.get() == FREE && state.compareAndSet(FREE, BORROWED)) {
      borrower = Thread.currentThread();
      return true;
    }
    return false;
  }

  /** Closes it for good where nobody has it; else who has it does so when it is given back. */
  void retire() {
    if (state.compareAndSet(FREE, CLOSED)) {
      session.close();
    }
  }

  /** Who has it, for messages; racy. */
  String holder() {
    Thread owner = borrower;
    return owner == null ? "" : owner.getName();
  }
}
