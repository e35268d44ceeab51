package dev.ballast.kernel;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A kernel that is run once a step and does little each time, so that HotSpot would find out after
 * thousands of steps only that it is worth compiling; until then its vectors are objects. Once it
 * has been run a few times, the same code is run over and over on a little memory of its own, by
 * {@link Warmer}'s thread.
 */
final class Warmed implements Kernel {
  /** Kernels that are run less often are not worth it. */
  private static final int SEEN = 4;

  /** Beyond where the optimizing compiler takes a method with loops. */
  private static final int ROUNDS = 12_000;

  private static final Set<Object> ASKED = ConcurrentHashMap.newKeySet();

  private final Kernel kernel;
  private final Object key;
  private final Supplier<Kernel> alike;
  private int runs;

  private Warmed(Kernel kernel, Object key, Supplier<Kernel> alike) {
    this.kernel = kernel;
    this.key = key;
    this.alike = alike;
  }

  /**
   * @param key equal for kernels that run the same code
   * @param alike makes another one, on memory that nobody else knows
   */
  static Kernel of(Kernel kernel, Object key, Supplier<Kernel> alike) {
    return ASKED.contains(key) ? kernel : new Warmed(kernel, key, alike);
  }

  @Override
  public void run() {
    kernel.run();
    if (runs < SEEN && ++runs == SEEN && ASKED.add(key)) {
      Warmer.exercise(alike, ROUNDS);
    }
  }

  /** Floats of its own, zeros, for as long as the kernel that uses them. */
  static Slice floats(int... dims) {
    return Slice.allocate(TensorType.f32(dims), Arena.ofAuto());
  }
}
