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

/**
 * The largest under a window and its gradient, on floats whose images lie interleaved, a vector of
 * them at once. No vector is handed from method to method: it could go through the heap.
 *
 * @param y floats of the window's positions, {@code x} of the images
 * @param tapBits of the places, none where they are not wanted
 * @param stride bytes from one bit of all elements to the next
 */
record MaxPoolLoop(
    MemorySegment x, MemorySegment y, MemorySegment places, int tapBits, long stride) {

  static Kernel forward(PoolShape s, Slice x, Slice y, Optional<Slice> places, Workers workers) {
    MemorySegment memory = places.map(Slice::memory).orElse(MemorySegment.NULL);
    int bits = places.isPresent() ? s.bits() : 0;
    MaxPoolLoop loop = new MaxPoolLoop(x.memory(), y.memory(), memory, bits, s.bitBytes());
    GatherWalk walk = GatherWalk.forward(s.walked());
    boolean four = isOfFour(s);
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          if (four) {
            loop.ofFour(patch.in(), source, result, length);
          } else {
            loop.ofAny(patch, source, result, length);
          }
        };
    Kernel shared = shared(s, walk, stretch, workers);
    return () -> {
      memory.fill((byte) 0);
      shared.run();
    };
  }

  /** Whether all windows are 2 × 2, those on margins too. */
  static boolean isOfFour(PoolShape s) {
    return s.y().kernel() == 2 && s.x().kernel() == 2 && !s.isPadded();
  }

  private static Kernel shared(
      PoolShape s, GatherWalk walk, GatherWalk.Stretch stretch, Workers workers) {
    return new SharedLines(
        (first, end) -> walk.walk(stretch, first, end),
        walk.lines(),
        WorkNanos.moving(s.results() * (s.taps() + 1)),
        workers);
  }

  void ofAny(GatherTile.Patch patch, long source, long result, int length) {
    for (int i = 0; i < length; i += Lanes.COUNT) {
      largest(patch.in(), patch.w(), source + i, result + i);
    }
  }

  private void largest(int[] offsets, int[] taps, long source, long result) {
    FloatVector best = Lanes.load(x, source + offsets[0]);
    FloatVector tap = Lanes.broadcast(taps[0]);
    for (int t = 1; t < offsets.length; t++) {
      FloatVector v = Lanes.load(x, source + offsets[t]);
      VectorMask<Float> larger = v.compare(GT, best).or(v.test(IS_NAN));
      best = best.blend(v, larger);
      tap = tap.blend(taps[t], larger);
    }
    Lanes.store(best, y, result);
    IntVector index = (IntVector) tap.convert(F2I, 0);
    for (int p = 0; p < tapBits; p++) {
      setBits(p, result, index.and(1 << p).compare(NE, 0).toLong());
    }
  }

  /** A window of 2 × 2: the larger of each line, then of both. */
  void ofFour(int[] offsets, long source, long result, int length) {
    long a = source + offsets[0];
    long b = source + offsets[1];
    long c = source + offsets[2];
    long d = source + offsets[3];
    for (int i = 0; i < length; i += Lanes.COUNT) {
      FloatVector top = Lanes.load(x, a + i);
      FloatVector right = Lanes.load(x, b + i);
      VectorMask<Float> topRight = right.compare(GT, top).or(right.test(IS_NAN));
      top = top.blend(right, topRight);
      FloatVector bottom = Lanes.load(x, c + i);
      right = Lanes.load(x, d + i);
      VectorMask<Float> bottomRight = right.compare(GT, bottom).or(right.test(IS_NAN));
      bottom = bottom.blend(right, bottomRight);
      VectorMask<Float> lower = bottom.compare(GT, top).or(bottom.test(IS_NAN));
      Lanes.store(top.blend(bottom, lower), y, result + i);
      if (tapBits > 0) {
        long down = lower.toLong();
        long across = down & bottomRight.toLong() | ~down & topRight.toLong();
        setBits(0, result + i, across);
        setBits(1, result + i, down);
      }
    }
  }

  static Kernel backward(PoolShape s, Slice places, Slice dy, Slice dx, Workers workers) {
    MaxPoolLoop loop =
        new MaxPoolLoop(dx.memory(), dy.memory(), places.memory(), s.bits(), s.bitBytes());
    if (s.overlaps()) {
      GatherWalk walk = GatherWalk.backward(s.walked());
      GatherWalk.Stretch stretch =
          (patch, source, group, result, length) -> loop.gather(patch, source, result, length);
      return shared(s, walk, stretch, workers);
    }
    GatherWalk walk = GatherWalk.forward(s.walked());
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> loop.scatter(patch, source, result, length);
    boolean whole = s.y().isCovered() && s.x().isCovered();
    Kernel shared = shared(s, walk, stretch, workers);
    return () -> {
      if (!whole) {
        loop.x.fill((byte) 0);
      }
      shared.run();
    };
  }

  /** Windows that do not overlap: each place under one gets its gradient or 0. */
  void scatter(GatherTile.Patch patch, long source, long result, int length) {
    for (int i = 0; i < length; i += Lanes.COUNT) {
      scatter(patch.in(), patch.w(), source + i, result + i);
    }
  }

  private void scatter(int[] offsets, int[] taps, long source, long result) {
    FloatVector g = Lanes.load(y, result);
    FloatVector zero = Lanes.broadcast(0f);
    if (tapBits == 2) {
      long low = bits(0, result);
      long high = bits(1, result);
      for (int t = 0; t < offsets.length; t++) {
        long here = ((taps[t] & 1) != 0 ? low : ~low) & ((taps[t] & 2) != 0 ? high : ~high);
        VectorMask<Float> mask = VectorMask.fromLong(Lanes.FLOATS, here);
        Lanes.store(zero.blend(g, mask), x, source + offsets[t]);
      }
      return;
    }
    for (int t = 0; t < offsets.length; t++) {
      VectorMask<Float> mask = VectorMask.fromLong(Lanes.FLOATS, here(taps[t], result));
      Lanes.store(zero.blend(g, mask), x, source + offsets[t]);
    }
  }

  /** Windows that overlap: each place adds up what the windows over it send it. */
  void gather(GatherTile.Patch patch, long source, long result, int length) {
    for (int i = 0; i < length; i += Lanes.COUNT) {
      sum(patch.in(), patch.w(), source + i, result + i);
    }
  }

  private void sum(int[] offsets, int[] taps, long source, long result) {
    FloatVector sum = Lanes.broadcast(0f);
    for (int t = 0; t < offsets.length; t++) {
      long at = source + offsets[t];
      VectorMask<Float> mask = VectorMask.fromLong(Lanes.FLOATS, here(taps[t], at));
      sum = sum.add(Lanes.load(y, at), mask);
    }
    Lanes.store(sum, x, result);
  }

  /** The lanes whose largest is that tap. */
  private long here(int tap, long element) {
    long here = -1;
    for (int p = 0; p < tapBits; p++) {
      long set = bits(p, element);
      here &= (tap >> p & 1) != 0 ? set : ~set;
    }
    return here;
  }

  private long bits(int p, long element) {
    long at = p * stride + (element >> 3);
    return Lanes.COUNT == Short.SIZE
        ? Lanes.direct(places).get(JAVA_SHORT_UNALIGNED, at)
        : Lanes.direct(places).get(JAVA_BYTE, at);
  }

  private void setBits(int p, long element, long set) {
    long at = p * stride + (element >> 3);
    if (Lanes.COUNT == Short.SIZE) {
      Lanes.direct(places).set(JAVA_SHORT_UNALIGNED, at, (short) set);
    } else {
      Lanes.direct(places).set(JAVA_BYTE, at, (byte) set);
    }
  }
}
