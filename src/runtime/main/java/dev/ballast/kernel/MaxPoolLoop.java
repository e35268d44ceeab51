package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.NE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/** The largest under a window, on floats whose images lie interleaved, a vector of them at once. */
final class MaxPoolLoop {
  private MaxPoolLoop() {}

  /** Whether whole vectors of images lie side by side, their bits in bytes of their own. */
  static boolean serves(PoolShape s, Slice... operands) {
    return FloatLoops.serves(operands)
        && Simd.lanes() % Byte.SIZE == 0
        && s.walked().lanes() % Simd.lanes() == 0;
  }

  static Kernel forward(PoolShape s, Slice x, Slice y, Optional<Slice> places) {
    GatherWalk walk = GatherWalk.forward(s.walked());
    MemorySegment from = x.memory();
    MemorySegment to = y.memory();
    MemorySegment taps = places.map(Slice::memory).orElse(MemorySegment.NULL);
    int bits = places.isPresent() ? s.bits() : 0;
    long bitBytes = s.bitBytes();
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          for (int i = 0; i < length; i += Lanes.COUNT) {
            place(from, source + i, patch, to, result + i, taps, bits, bitBytes);
          }
        };
    return () -> {
      taps.fill((byte) 0);
      walk.walk(stretch);
    };
  }

  private static void place(
      MemorySegment from,
      long source,
      GatherTile.Patch patch,
      MemorySegment to,
      long result,
      MemorySegment taps,
      int bits,
      long bitBytes) {
    int n = patch.in().length;
    FloatVector best = Lanes.load(from, source + patch.in()[0]);
    FloatVector tap = Lanes.broadcast(patch.w()[0]);
    for (int t = 1; t < n; t++) {
      FloatVector v = Lanes.load(from, source + patch.in()[t]);
      VectorMask<Float> larger = v.compare(GT, best).or(v.test(IS_NAN));
      best = best.blend(v, larger);
      tap = tap.blend(patch.w()[t], larger);
    }
    Lanes.store(best, to, result);
    IntVector index = (IntVector) tap.convert(F2I, 0);
    for (int p = 0; p < bits; p++) {
      long set = index.and(1 << p).compare(NE, 0).toLong();
      setBits(taps, p * bitBytes, result, set);
    }
  }

  static Kernel backward(PoolShape s, Slice places, Slice dy, Slice dx) {
    GatherWalk walk = GatherWalk.backward(s.walked());
    MemorySegment taps = places.memory();
    MemorySegment from = dy.memory();
    MemorySegment to = dx.memory();
    int bits = s.bits();
    long bitBytes = s.bitBytes();
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          for (int i = 0; i < length; i += Lanes.COUNT) {
            gather(from, source + i, patch, taps, bits, bitBytes, to, result + i);
          }
        };
    return () -> walk.walk(stretch);
  }

  private static void gather(
      MemorySegment from,
      long source,
      GatherTile.Patch patch,
      MemorySegment taps,
      int bits,
      long bitBytes,
      MemorySegment to,
      long result) {
    FloatVector sum = Lanes.broadcast(0f);
    for (int t = 0; t < patch.in().length; t++) {
      long at = source + patch.in()[t];
      long here = -1;
      for (int p = 0; p < bits; p++) {
        long set = bits(taps, p * bitBytes, at);
        here &= (patch.w()[t] >> p & 1) != 0 ? set : ~set;
      }
      VectorMask<Float> mask = VectorMask.fromLong(Lanes.FLOATS, here);
      sum = sum.add(Lanes.load(from, at), mask);
    }
    Lanes.store(sum, to, result);
  }

  private static long bits(MemorySegment taps, long start, long element) {
    long at = start + (element >> 3);
    return Lanes.COUNT == Short.SIZE
        ? Lanes.direct(taps).get(JAVA_SHORT_UNALIGNED, at)
        : Lanes.direct(taps).get(JAVA_BYTE, at);
  }

  private static void setBits(MemorySegment taps, long start, long element, long set) {
    long at = start + (element >> 3);
    if (Lanes.COUNT == Short.SIZE) {
      Lanes.direct(taps).set(JAVA_SHORT_UNALIGNED, at, (short) set);
    } else {
      Lanes.direct(taps).set(JAVA_BYTE, at, (byte) set);
    }
  }
}
