package dev.ballast.example;

import java.time.Duration;

/** Who is inside, so that the last can be waited for, and who came too late. */
final class Gate {
  private int inside;
  private long refused;
  private boolean isClosed;

  /**
   * @return whether the caller may go on; who does must {@link #leave}
   */
  synchronized boolean enter() {
    if (isClosed) {
      refused++;
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

  /**
   * Waits until nobody was refused for a while: then those who asked have been told to close their
   * connections, and have.
   *
   * @return whether there was such a while before {@code most} was over
   */
  synchronized boolean awaitQuiet(Duration quiet, Duration most) {
    long deadline = System.nanoTime() + most.toNanos();
    long since = System.nanoTime();
    long before = refused;
    try {
      while (System.nanoTime() - since < quiet.toNanos()) {
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        wait(1 + quiet.toMillis() / 10);
        if (refused != before) {
          before = refused;
          since = System.nanoTime();
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
