package dev.ballast.kernel;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A kernel that is run once a step and does little each time, so that HotSpot would find out after
 * thousands of steps only that it is worth compiling; until then its vectors are objects. Once it
 * has been run a few times, the same code is run over and over on a little memory of its own, by
 * {@link Warmer}'s thread.
 */
final class Warmed implements Kernel {
  /** Kernels that are run less often are not worth it. */
  private static final int SEEN = 4;

  /**
   * Less than a vector, whole vectors, and whole ones with a rest. What the optimizing compiler has
   * not seen it leaves out; the first kernel that needs it falls back to plain code then, which
   * makes objects for thousands of steps.
   */
  private static final int[] SIZES = {3, 64, 69};

  /** With all sizes beyond where the optimizing compiler takes a method with loops. */
  private static final int ROUNDS = 4_000;

  private static final Set<Object> ASKED = ConcurrentHashMap.newKeySet();

  private final Kernel kernel;
  private final Object key;
  private final IntFunction<Kernel> alike;
  private int runs;

  private Warmed(Kernel kernel, Object key, IntFunction<Kernel> alike) {
    this.kernel = kernel;
    this.key = key;
    this.alike = alike;
  }

  /**
   * @param key equal for kernels that run the same code
   * @param alike makes another one, on memory that nobody else knows, for rows of so many elements
   */
  static Kernel of(Kernel kernel, Object key, IntFunction<Kernel> alike) {
    return ASKED.contains(key) ? kernel : new Warmed(kernel, key, alike);
  }

  @Override
  public void run() {
    kernel.run();
    if (runs < SEEN && ++runs == SEEN && ASKED.add(key)) {
      Warmer.exercise(this::ofAllSizes, ROUNDS);
    }
  }

  private Kernel ofAllSizes() {
    return Movement.sequence(IntStream.of(SIZES).mapToObj(alike).toList());
  }

  /**
   * Floats of its own, for as long as the kernel that uses them: between 0 and 1, and not all
   * alike, or branches would not be either.
   */
  static Slice floats(int... dims) {
    Slice s = Slice.allocate(TensorType.f32(dims), Arena.ofAuto());
    for (int i = 0; i < s.elements(); i++) {
      s.set(i, (5 * i % 7 + 1) / 8.0);
    }
    return s;
  }
}
