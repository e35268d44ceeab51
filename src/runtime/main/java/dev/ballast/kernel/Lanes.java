package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of the machine's preferred length: how they go to and from memory, and how their lanes
 * are folded. Positions count elements from the start of a segment.
 */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /** Lanes of a vector of floats; one of doubles has half as many. */
  static final int COUNT = FLOATS.length();

  static final int DOUBLE_COUNT = DOUBLES.length();
  static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** 0, 1, 2, … */
  static final LongVector BLOCKS = LongVector.zero(LONGS).addIndex(1);

  /** Takes the first halves of two vectors by turns. */
  static final VectorShuffle<Long> ZIP_LOW = VectorShuffle.makeZip(LONGS, 0);

  /** Takes the second halves of two vectors by turns. */
  static final VectorShuffle<Long> ZIP_HIGH = VectorShuffle.makeZip(LONGS, 1);

  static final long LOW = 0xFFFFFFFFL;
  static final ByteOrder ORDER = ByteOrder.nativeOrder();
  static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(FLOATS, 1, 1, true);
  static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
  static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(FLOATS, 4, 1, true);
  static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(FLOATS, 8, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_1 = VectorShuffle.iota(DOUBLES, 1, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_2 = VectorShuffle.iota(DOUBLES, 2, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_4 = VectorShuffle.iota(DOUBLES, 4, 1, true);

  /** As many 0 as there are lanes, then as many 1: from n on, 1 is in the last n lanes. */
  static final float[] LAST = new float[2 * COUNT];

  static {
    Arrays.fill(LAST, COUNT, LAST.length, 1f);
    SegmentKinds.load();
  }

  /** The class of segments of native memory; that of mapped files is a subclass. */
  static final Class<? extends MemorySegment> DIRECT =
      MemorySegment.NULL.getClass().asSubclass(MemorySegment.class);

  /** The classes of vectors, which have no names outside their module. */
  static final Class<? extends FloatVector> FLOAT_TYPE =
      FLOATS.vectorType().asSubclass(FloatVector.class);

  static final Class<? extends DoubleVector> DOUBLE_TYPE =
      DOUBLES.vectorType().asSubclass(DoubleVector.class);

  private Lanes() {}

  /**
   * Tells the compiler that a segment is not on the heap. Otherwise it goes by what the Vector API
   * has seen in this JVM, and that sees heap segments whenever {@code reinterpretAsInts} is
   * interpreted: then every loop checks at every access where its memory is, and takes twice as
   * long.
   */
  static MemorySegment direct(MemorySegment m) {
    return DIRECT.cast(m);
  }

  /**
   * Tells the compiler of which class a vector is that comes out of a loop. Otherwise it goes by
   * what the Vector API's methods have seen in this JVM; and once one of them has left compiled
   * code for such a guess too often, it allows for any vector there, which then goes through the
   * heap, in all code that is compiled from then on.
   */
  static FloatVector exact(FloatVector v) {
    return FLOAT_TYPE.cast(v);
  }

  static DoubleVector exact(DoubleVector v) {
    return DOUBLE_TYPE.cast(v);
  }

  static FloatVector broadcast(float x) {
    return FloatVector.broadcast(FLOATS, x);
  }

  static DoubleVector doubles(double x) {
    return DoubleVector.broadcast(DOUBLES, x);
  }

  static LongVector longs(long x) {
    return LongVector.broadcast(LONGS, x);
  }

  /** The elements {@code at, at + 1, …}. */
  static FloatVector load(MemorySegment m, long at) {
    return FloatVector.fromMemorySegment(FLOATS, direct(m), at << 2, ORDER);
  }

  /** The elements where the mask is set, 0 elsewhere. */
  static FloatVector load(MemorySegment m, long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(FLOATS, direct(m), at << 2, ORDER, mask);
  }

  static void store(FloatVector v, MemorySegment m, long at) {
    exact(v).intoMemorySegment(direct(m), at << 2, ORDER);
  }

  static void store(FloatVector v, MemorySegment m, long at, VectorMask<Float> mask) {
    exact(v).intoMemorySegment(direct(m), at << 2, ORDER, mask);
  }

  static float get(MemorySegment m, long at) {
    return direct(m).get(JAVA_FLOAT_UNALIGNED, at << 2);
  }

  static void set(MemorySegment m, long at, float value) {
    direct(m).set(JAVA_FLOAT_UNALIGNED, at << 2, value);
  }

  static DoubleVector loadDoubles(MemorySegment m, long at) {
    return DoubleVector.fromMemorySegment(DOUBLES, direct(m), at << 3, ORDER);
  }

  static void store(DoubleVector v, MemorySegment m, long at) {
    exact(v).intoMemorySegment(direct(m), at << 3, ORDER);
  }

  /** Adds each lane to a sum in double. */
  static void addTo(FloatVector v, MemorySegment sums, long at) {
    store(loadDoubles(sums, at).add(low(v)), sums, at);
    store(loadDoubles(sums, at + DOUBLE_COUNT).add(high(v)), sums, at + DOUBLE_COUNT);
  }

  /** 1 where the element's bit is set, else 0; {@code at} is a multiple of the lanes. */
  static FloatVector loadBits(MemorySegment m, long at) {
    long bits =
        COUNT == 16
            ? direct(m).get(JAVA_SHORT_UNALIGNED, at >> 3)
            : direct(m).get(JAVA_BYTE, at >> 3) >> (at & 7);
    return broadcast(0f).blend(1f, VectorMask.fromLong(FLOATS, bits));
  }

  /** Sets the bits of the elements above 0 and clears the others'. */
  static void storeBits(FloatVector v, MemorySegment m, long at) {
    setBits(v.compare(VectorOperators.GT, 0f).toLong(), m, at);
  }

  /** As many bits as there are lanes. */
  static void setBits(long bits, MemorySegment m, long at) {
    if (COUNT == 16) {
      direct(m).set(JAVA_SHORT_UNALIGNED, at >> 3, (short) bits);
    } else if (COUNT == 8) {
      direct(m).set(JAVA_BYTE, at >> 3, (byte) bits);
    } else {
      long shift = at & 7;
      long others = direct(m).get(JAVA_BYTE, at >> 3) & ~(((1L << COUNT) - 1) << shift);
      direct(m).set(JAVA_BYTE, at >> 3, (byte) (others | bits << shift));
    }
  }

  /** Set in the first {@code n} lanes. */
  static VectorMask<Float> first(long n) {
    return FLOATS.indexInRange(0, n);
  }

  /** The first half of the lanes. */
  static DoubleVector low(FloatVector v) {
    return (DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  /** The second half of the lanes. */
  static DoubleVector high(FloatVector v) {
    return (DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLES, 1);
  }

  /** Rounds two vectors of doubles to one of floats. */
  static FloatVector floats(DoubleVector low, DoubleVector high) {
    // A contracting conversion leaves the other half of the lanes 0.
    return ((FloatVector) low.convertShape(VectorOperators.D2F, FLOATS, 0))
        .add((FloatVector) high.convertShape(VectorOperators.D2F, FLOATS, -1));
  }

  /**
   * The sum of the lanes: the upper half is added to the lower until one is left. Not {@code
   * reduceLanes}, whose order of summing depends on whether it is interpreted or compiled.
   */
  static double sum(DoubleVector v) {
    DoubleVector s = exact(v);
    if (DOUBLE_COUNT > 4) {
      s = s.add(s.rearrange(DOUBLES_BY_4));
    }
    if (DOUBLE_COUNT > 2) {
      s = s.add(s.rearrange(DOUBLES_BY_2));
    }
    if (DOUBLE_COUNT > 1) {
      s = s.add(s.rearrange(DOUBLES_BY_1));
    }
    return s.lane(0);
  }

  /** The same for floats. */
  static float sum(FloatVector v) {
    FloatVector s = exact(v);
    if (COUNT > 8) {
      s = s.add(s.rearrange(BY_8));
    }
    if (COUNT > 4) {
      s = s.add(s.rearrange(BY_4));
    }
    if (COUNT > 2) {
      s = s.add(s.rearrange(BY_2));
    }
    if (COUNT > 1) {
      s = s.add(s.rearrange(BY_1));
    }
    return s.lane(0);
  }

  /** The larger in each lane, and the first where the second is NaN: cheaper than MAX. */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  /** The largest lane; NaN if there is one. */
  static float max(FloatVector v) {
    FloatVector m = exact(v);
    if (COUNT > 8) {
      m = m.max(m.rearrange(BY_8));
    }
    if (COUNT > 4) {
      m = m.max(m.rearrange(BY_4));
    }
    if (COUNT > 2) {
      m = m.max(m.rearrange(BY_2));
    }
    if (COUNT > 1) {
      m = m.max(m.rearrange(BY_1));
    }
    return m.lane(0);
  }

  /** The products of the lower halves of the lanes; HotSpot knows that masks make it cheap. */
  static LongVector product(LongVector a, LongVector b) {
    return a.and(LOW).mul(b.and(LOW));
  }

  /** The lanes whose word's upper 24 bits reach {@code least}, 0 elsewhere. */
  static FloatVector keep(FloatVector x, LongVector words, int least) {
    IntVector drawn = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
    return x.blend(0f, drawn.compare(VectorOperators.LT, least).cast(FLOATS));
  }
}
