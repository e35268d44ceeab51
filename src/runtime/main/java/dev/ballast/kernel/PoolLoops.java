package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** {@link Pooling} on floats, one at a time: for any layout and number of images. */
final class PoolLoops {
  private static final int NANOS_OF_TAP = 1;

  private PoolLoops() {}

  static Kernel max(PoolShape s, Slice x, Slice y, Optional<Slice> places, Workers workers) {
    GatherWalk walk = GatherWalk.forward(s.walked());
    MemorySegment from = x.memory();
    MemorySegment to = y.memory();
    TapBits bits = TapBits.of(s, places);
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          for (int i = 0; i < length; i++) {
            largest(from, source + i, patch, to, result + i, bits);
          }
        };
    // Places are set bit by bit: lines that share a byte are for one thread.
    boolean apart = s.x().out() * s.walked().lanes() % Byte.SIZE == 0;
    Kernel shared = shared(s, walk, stretch, apart ? workers : Workers.none());
    return () -> {
      bits.clear();
      shared.run();
    };
  }

  private static Kernel shared(
      PoolShape s, GatherWalk walk, GatherWalk.Stretch stretch, Workers workers) {
    return new SharedLines(
        (first, end) -> walk.walk(stretch, first, end),
        walk.lines(),
        s.results() * s.taps() * NANOS_OF_TAP,
        workers);
  }

  private static void largest(
      MemorySegment from,
      long source,
      GatherTile.Patch patch,
      MemorySegment to,
      long result,
      TapBits bits) {
    int[] offsets = patch.in();
    float best = PlainFloats.get(from, source + offsets[0]);
    int tap = 0;
    for (int t = 1; t < offsets.length; t++) {
      float v = PlainFloats.get(from, source + offsets[t]);
      if (v > best || Float.isNaN(v)) {
        best = v;
        tap = t;
      }
    }
    PlainFloats.set(to, result, best);
    bits.set(result, patch.w()[tap]);
  }

  static Kernel maxGradient(PoolShape s, Slice places, Slice dy, Slice dx, Workers workers) {
    GatherWalk walk = GatherWalk.backward(s.walked());
    MemorySegment from = dy.memory();
    MemorySegment to = dx.memory();
    TapBits bits = TapBits.of(s, Optional.of(places));
    // A sum with 0 would make a negative zero positive, which copying it does not.
    boolean adds = s.overlaps();
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          int[] offsets = patch.in();
          int[] taps = patch.w();
          for (int i = 0; i < length; i++) {
            float sum = 0;
            for (int t = 0; t < offsets.length; t++) {
              long at = source + i + offsets[t];
              if (bits.get(at) == taps[t]) {
                float g = PlainFloats.get(from, at);
                sum = adds ? sum + g : g;
              }
            }
            PlainFloats.set(to, result + i, sum);
          }
        };
    return shared(s, walk, stretch, workers);
  }

  static Kernel mean(PoolShape s, boolean countPadding, Slice x, Slice y, Workers workers) {
    GatherWalk walk = GatherWalk.forward(s.walked());
    MemorySegment from = x.memory();
    MemorySegment to = y.memory();
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          int[] offsets = patch.in();
          float share = 1f / (countPadding ? s.taps() : offsets.length);
          for (int i = 0; i < length; i++) {
            float sum = 0;
            for (int offset : offsets) {
              sum += PlainFloats.get(from, source + i + offset);
            }
            PlainFloats.set(to, result + i, sum * share);
          }
        };
    return shared(s, walk, stretch, workers);
  }

  static Kernel meanGradient(
      PoolShape s, boolean countPadding, Slice dy, Slice dx, Workers workers) {
    GatherWalk walk = GatherWalk.backward(s.walked());
    MemorySegment from = dy.memory();
    MemorySegment to = dx.memory();
    float[] shares = shares(s, countPadding);
    int lanes = s.walked().lanes();
    GatherWalk.Stretch stretch =
        (patch, source, group, result, length) -> {
          for (int i = 0; i < length; i++) {
            float sum = 0;
            for (int offset : patch.in()) {
              long at = source + i + offset;
              float share = shares[(int) (at / lanes % shares.length)];
              sum = Math.fma(PlainFloats.get(from, at), share, sum);
            }
            PlainFloats.set(to, result + i, sum);
          }
        };
    return shared(s, walk, stretch, workers);
  }

  /** For each place of y, one over how many its mean is of. */
  static float[] shares(PoolShape s, boolean countPadding) {
    float[] shares = new float[s.y().out() * s.x().out()];
    for (int i = 0; i < s.y().out(); i++) {
      for (int j = 0; j < s.x().out(); j++) {
        int met = s.y().met(i) * s.x().met(j);
        shares[i * s.x().out() + j] = 1f / (countPadding ? s.taps() : met);
      }
    }
    return shares;
  }
}
