package dev.ballast.serve;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one thread at a time may have, until it is closed for good. A thread that has it must not
 * have it twice, and gives it back itself.
 */
abstract class Lendable {
  private static final long CLOSED = -1;

  /** Even where it is free; one more with each time that it is taken or given back. */
  private final AtomicLong state = new AtomicLong();

  /** Written by the borrower alone; another thread that reads it sees itself never. */
  private Thread borrower;

  private Lot<?> lot;

  final void join(Lot<?> other) {
    lot = other;
  }

  /** Closes what it holds: called once, after the last borrower. */
  abstract void end();

  static boolean isFree(long state) {
    return (state & 1) == 0;
  }

  final long state() {
    return state.get();
  }

  /**
   * Takes it where it is still free.
   *
   * @param seen the state, which {@link #isFree} says is so
   */
  final boolean take(long seen) {
    if (state.compareAndSet(seen, seen + 1)) {
      borrower = Thread.currentThread();
      return true;
    }
    return false;
  }

  /**
   * @throws IllegalStateException where this thread has not borrowed it, or gave it back already
   */
  final void giveBack() {
    demandBorrower();
    borrower = null;
    state.set(state.get() + 1);
    lot.returned(this);
  }

  final void demandBorrower() {
    Thread owner = borrower;
    if (owner != Thread.currentThread()) {
      throw new IllegalStateException(
          owner == null
              ? "the session was given back to its pool: borrow one"
              : "the session is borrowed by thread '"
                  + name(owner)
                  + "': each thread borrows its own");
    }
  }

  /** Closes it for good where nobody has it; else who has it does so when it is given back. */
  final void retire() {
    long seen = state.get();
    while (isFree(seen)) {
      if (state.compareAndSet(seen, CLOSED)) {
        end();
        return;
      }
      seen = state.get();
    }
  }

  /**
   * Gives it back in the place of a thread that has ended and will not. For one thread at a time.
   *
   * @return the thread's name, or nothing where nobody has it, or who has it is alive
   */
  final Optional<String> reclaim() {
    long seen = state.get();
    Thread owner = borrower;
    // The same state again: the thread is that which made it so, and only it could change it.
    boolean isLost = !isFree(seen) && seen != CLOSED && owner != null && !owner.isAlive();
    if (!isLost || state.get() != seen) {
      return Optional.empty();
    }
    borrower = null;
    state.set(seen + 1);
    return Optional.of(name(owner));
  }

  /** Who has it, for messages; racy. */
  final String holder() {
    Thread owner = borrower;
    return owner == null ? "" : name(owner);
  }

  /** Virtual threads have no name as a rule. */
  private static String name(Thread t) {
    return t.getName().isEmpty() ? "#" + t.threadId() : t.getName();
  }
}
