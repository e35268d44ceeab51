package dev.ballast.cli;

import dev.ballast.train.Trainer;
import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C and SIGTERM into {@link Trainer#stop}: the process ends once the command has done
 * what it does then, and not before.
 */
final class StopSignal implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "ballast-stop");
  private volatile Runnable request = () -> {};
  private volatile boolean asked;

  StopSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Signals are for this trainer from now on. */
  void stops(Trainer trainer) {
    request = trainer::stop;
    if (asked) {
      trainer.stop();
    }
  }

  /** Whether a signal has come. */
  boolean isAsked() {
    return asked;
  }

  private void stop() {
    asked = true;
    request.run();
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has been waiting for this call.
      return;
    }
  }
}
