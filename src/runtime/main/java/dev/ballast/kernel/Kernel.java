package dev.ballast.kernel;

/** One op bound to the memory of its inputs and results. Runs without allocating. */
@FunctionalInterface
public interface Kernel {
  void run();
}
