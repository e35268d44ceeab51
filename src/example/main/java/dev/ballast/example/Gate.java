package dev.ballast.example;

import java.time.Duration;

/** Who is inside, so that the last can be waited for. */
final class Gate {
  private int inside;
  private boolean isClosed;

  /**
   * @return whether the caller may go on; who does must {@link #leave}
   */
  synchronized boolean enter() {
    if (isClosed) {
      return false;
    }
    inside++;
    return true;
  }

  synchronized void leave() {
    inside--;
    notifyAll();
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  /**
   * Lets nobody in any more, and waits for those inside.
   *
   * @return whether all have left in time
   */
  synchronized boolean close(Duration patience) {
    isClosed = true;
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (inside > 0 && deadline - System.nanoTime() > 0) {
        wait(1 + (deadline - System.nanoTime()) / 1_000_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return inside == 0;
  }
}
