package dev.ballast.bench.service;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends examples with their answers, so many a second, on a thread of its own. */
final class Teacher implements AutoCloseable {
  private static final int ACCEPTED = 202;
  private static final int BATCHES_A_SECOND = 10;

  private final Thread thread;
  private final URI base;
  private final MadeUp examples;
  private final int batch;
  private volatile boolean isClosed;
  private volatile long accepted;
  private volatile long refused;

  /**
   * @param perSecond 0 for none
   */
  Teacher(URI base, int fields, int perSecond) {
    this.base = base;
    this.examples = new MadeUp(2, fields);
    this.batch = Math.ceilDiv(perSecond, BATCHES_A_SECOND);
    this.thread = Thread.ofPlatform().daemon().name("teacher").unstarted(this::run);
    if (perSecond > 0) {
      thread.start();
    }
  }

  private void run() {
    try (Caller caller = new Caller()) {
      while (!isClosed) {
        byte[] body = examples.floats(batch, true);
        if (caller.send(Caller.post(base, "/learn", body)).statusCode() == ACCEPTED) {
          accepted = accepted + batch;
        } else {
          refused = refused + batch;
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / BATCHES_A_SECOND);
      }
    } catch (IOException e) {
      refused = refused + batch;
    }
  }

  long accepted() {
    return accepted;
  }

  long refused() {
    return refused;
  }

  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
