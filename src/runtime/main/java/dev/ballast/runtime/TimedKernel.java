package dev.ballast.runtime;

import dev.ballast.kernel.Kernel;
import dev.ballast.plan.Step;

/** A kernel that counts its runs and takes their time, which costs some 50 ns a run. */
final class TimedKernel implements Kernel {
  private final Step step;
  private final Kernel kernel;
  private long runs;
  private long nanos;
  private long lastStart;
  private long lastNanos;

  TimedKernel(Step step, Kernel kernel) {
    this.step = step;
    this.kernel = kernel;
  }

  @Override
  public void run() {
    lastStart = System.nanoTime();
    kernel.run();
    lastNanos = System.nanoTime() - lastStart;
    nanos += lastNanos;
    runs++;
  }

  StepTime time() {
    return new StepTime(step, runs, nanos, lastStart, lastNanos);
  }

  void forget() {
    runs = 0;
    nanos = 0;
  }
}
