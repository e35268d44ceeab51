package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/** Slices for tests, with values that can be drawn again, in memory of the collector's. */
final class Operands {
  /** Sizes below, at and above the lengths of vectors, and their multiples. */
  static final int[] SIZES = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 100, 1000};

  private final Random random = new Random(42);

  Slice zeros(TensorType type) {
    return Slice.allocate(type, Arena.ofAuto());
  }

  Slice zeros(int... dims) {
    return zeros(TensorType.f32(dims));
  }

  /** A tensor that starts in the middle of a vector, even of a word of eight bytes. */
  Slice unaligned(int... dims) {
    TensorType type = TensorType.f32(dims);
    MemorySegment m = Arena.ofAuto().allocate(type.bytes() + 64, 64);
    return new Slice(type, m.asSlice(12, type.bytes()));
  }

  /** Standard normal numbers. */
  Slice normal(int... dims) {
    Slice s = zeros(dims);
    for (long i = 0; i < s.elements(); i++) {
      s.set(i, random.nextGaussian());
    }
    return s;
  }

  /** Uniform integers below a bound. */
  Slice indices(DType dtype, int bound, int... dims) {
    Slice s = zeros(TensorType.of(dtype, dims));
    for (long i = 0; i < s.elements(); i++) {
      s.setLong(i, random.nextInt(bound));
    }
    return s;
  }

  Slice scalar(double value) {
    Slice s = zeros();
    s.set(0, value);
    return s;
  }

  static Slice copyOf(Slice s) {
    Slice copy = Slice.allocate(s.type(), Arena.ofAuto());
    copy.copyFrom(s);
    return copy;
  }

  static int[] bits(Slice s) {
    return s.memory().toArray(ValueLayout.JAVA_INT_UNALIGNED);
  }

  static void assertSameBits(Slice expected, Slice actual, String what) {
    assertEquals(Arrays.toString(bits(expected)), Arrays.toString(bits(actual)), what);
  }

  /** Each element within a relative, or where smaller an absolute, distance of the expected. */
  static void assertClose(Slice expected, Slice actual, double relative, double absolute) {
    for (long i = 0; i < expected.elements(); i++) {
      double e = expected.get(i);
      double a = actual.get(i);
      double allowed = Math.max(absolute, relative * Math.abs(e));
      long at = i;
      assertTrue(
          Double.compare(e, a) == 0 || Math.abs(e - a) <= allowed,
          () -> "element " + at + " of " + expected.type() + ": expected " + e + ", got " + a);
    }
  }
}
