package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import java.util.Set;

/**
 * Which operands have fast loops, and the loops. Names no type of the Vector API, which is an
 * optional module: classes that do may only be reached where {@link Simd#isAvailable}.
 */
final class FloatLoops {
  /** {@link Recipe#MASKLESS} where HotSpot can't be trusted to have masked stores, else 0. */
  static final int TAILS =
      Set.of("amd64", "x86_64").contains(System.getProperty("os.arch")) ? 0 : Recipe.MASKLESS;

  private FloatLoops() {}

  /** Whether there are vectors for these operands. */
  static boolean serves(Slice... operands) {
    return Simd.isAvailable() && allFloat(operands);
  }

  /** Whether these are floats outside the heap. */
  static boolean allFloat(Slice... operands) {
    for (Slice s : operands) {
      if (s.dtype() != DType.F32 || !s.memory().isNative()) {
        return false;
      }
    }
    return true;
  }

  /** A template's only copy. */
  static <T> T loop(Class<T> type, Class<? extends T> template) {
    return loop(type, template, 0);
  }

  /** A template's copy for a variant of it. */
  static <T> T loop(Class<T> type, Class<? extends T> template, int variant) {
    return Specialized.of(type, template, new Recipe("", variant | TAILS));
  }
}
