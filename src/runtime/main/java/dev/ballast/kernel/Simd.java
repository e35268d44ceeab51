package dev.ballast.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * Whether vector instructions are used: only where the JVM has the incubating Vector API, and can
 * make the classes of the loops that use it.
 */
public final class Simd {
  private static final boolean PRESENT =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  private static final boolean AVAILABLE = PRESENT && HiddenClasses.canBeMade();

  private Simd() {}

  public static boolean isAvailable() {
    return AVAILABLE;
  }

  /** Floats in a vector of the width in use; 1 where there are none. */
  static int lanes() {
    return AVAILABLE ? Width.BITS / Float.SIZE : 1;
  }

  /** Whether there are vectors, and so many numbers fill one. */
  static boolean isFilledBy(int numbers) {
    return AVAILABLE && numbers >= lanes();
  }

  /** For people: the width in use, or why there is none. */
  public static String description() {
    if (AVAILABLE) {
      return "Vector API, " + Width.BITS + " bits";
    }
    return PRESENT
        ? "none: plain loops, since no classes can be made while this program runs"
        : "none: plain loops, since the module jdk.incubator.vector is not there"
            + " (start the JVM with --add-modules jdk.incubator.vector)";
  }

  /** Loaded only where the Vector API is there. */
  private static final class Width {
    static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
