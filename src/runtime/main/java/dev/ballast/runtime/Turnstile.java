package dev.ballast.runtime;

import java.util.concurrent.atomic.AtomicInteger;

/** Lets one thread in at a time, and none once it is closed. */
final class Turnstile {
  private static final int FREE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSED = 2;

  private final Runnable release;
  private final AtomicInteger state = new AtomicInteger(FREE);

  /**
   * @param release is run once, when it is closed
   */
  Turnstile(Runnable release) {
    this.release = release;
  }

  /**
   * @throws IllegalStateException where another thread is in, or it is closed
   */
  void enter() {
    int was = state.compareAndExchange(FREE, RUNNING);
    if (was != FREE) {
      throw refusal(was);
    }
  }

  void leave() {
    state.set(FREE);
  }

  /**
   * @throws IllegalStateException where it is closed
   */
  void demandOpen() {
    if (state.get() == CLOSED) {
      throw refusal(CLOSED);
    }
  }

  /**
   * A second call does nothing.
   *
   * @throws IllegalStateException where a thread is in
   */
  void close() {
    int was = state.compareAndExchange(FREE, CLOSED);
    if (was == FREE) {
      release.run();
    } else if (was == RUNNING) {
      throw refusal(was);
    }
  }

  private static IllegalStateException refusal(int was) {
    return new IllegalStateException(
        was == CLOSED
            ? "the session is closed"
            : "the session is running on another thread: give each thread a session of its own");
  }
}
