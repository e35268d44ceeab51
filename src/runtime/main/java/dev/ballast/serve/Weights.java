package dev.ballast.serve;

import java.lang.foreign.MemorySegment;

/**
 * A model's weights, freed once the model is closed and nobody reads them any more.
 *
 * <p>Readers come and go when sessions are opened and closed, not when they run.
 */
final class Weights {
  private final MemorySegment memory;
  private final Runnable release;
  private int readers;
  private boolean isClosed;

  Weights(MemorySegment memory, Runnable release) {
    this.memory = memory;
    this.release = release;
  }

  MemorySegment memory() {
    return memory;
  }

  /**
   * One more reader, who must {@link #leave}.
   *
   * @throws IllegalStateException where the model is closed
   */
  synchronized void enter(String model) {
    if (isClosed) {
      throw new IllegalStateException("model '" + model + "' is closed");
    }
    readers++;
  }

  synchronized void leave() {
    readers--;
    releaseWhenUnused();
  }

  synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      releaseWhenUnused();
    }
  }

  synchronized boolean isFreed() {
    return isClosed && readers == 0;
  }

  private void releaseWhenUnused() {
    if (isClosed && readers == 0) {
      release.run();
    }
  }
}
