package dev.ballast.kernel;

/**
 * A kernel of loops that are written with vectors, once they are compiled, and until then another
 * that gives the same bits.
 */
record WarmKernel(Warm<?> loops, Kernel vectors, Kernel plain) implements Kernel {
  @Override
  public void run() {
    if (loops.code().isPresent()) {
      vectors.run();
    } else {
      plain.run();
    }
  }
}
