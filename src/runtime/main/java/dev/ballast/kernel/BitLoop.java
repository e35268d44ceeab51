package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Template: bits of floats, a word at a time. */
final class BitLoop implements Bits.BitKernels {
  @Override
  public Kernel positive(Slice x, Slice bits) {
    MemorySegment from = x.memory();
    MemorySegment to = bits.memory();
    long n = x.elements();
    long full = n & -Integer.SIZE;
    return () -> {
      for (long i = 0; i < full; i += Integer.SIZE) {
        setWord(to, i, word(from, i));
      }
      if (full < n) {
        int w = 0;
        for (long i = full; i < n; i++) {
          w |= Lanes.get(from, i) > 0 ? 1 << i : 0;
        }
        setWord(to, full, w);
      }
    };
  }

  private static int word(MemorySegment from, long at) {
    long w = 0;
    for (int i = 0; i < Integer.SIZE; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(from, at + i);
      w |= v.compare(VectorOperators.GT, 0f).toLong() << i;
    }
    return (int) w;
  }

  @Override
  public Kernel select(Slice bits, Slice a, Slice out) {
    MemorySegment words = bits.memory();
    MemorySegment from = a.memory();
    MemorySegment to = out.memory();
    long n = out.elements();
    long full = n & -Integer.SIZE;
    return () -> {
      for (long i = 0; i < full; i += Integer.SIZE) {
        keep(Lanes.direct(words).get(JAVA_INT_UNALIGNED, i >> 3), from, to, i);
      }
      if (full < n) {
        int w = Lanes.direct(words).get(JAVA_INT_UNALIGNED, full >> 3);
        for (long i = full; i < n; i++) {
          Lanes.set(to, i, (w >> i & 1) != 0 ? Lanes.get(from, i) : 0);
        }
      }
    };
  }

  private static void keep(int word, MemorySegment from, MemorySegment to, long at) {
    for (int i = 0; i < Integer.SIZE; i += Lanes.COUNT) {
      VectorMask<Float> set = VectorMask.fromLong(Lanes.FLOATS, (word & 0xFFFFFFFFL) >>> i);
      FloatVector v = Lanes.load(from, at + i);
      Lanes.store(Lanes.broadcast(0f).blend(v, set), to, at + i);
    }
  }

  private static void setWord(MemorySegment to, long at, int word) {
    Lanes.direct(to).set(JAVA_INT_UNALIGNED, at >> 3, word);
  }
}
