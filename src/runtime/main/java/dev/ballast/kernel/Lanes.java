package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
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

  static final ByteOrder ORDER = ByteOrder.nativeOrder();
  static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(FLOATS, 1, 1, true);
  static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
  static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(FLOATS, 4, 1, true);
  static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(FLOATS, 8, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_1 = VectorShuffle.iota(DOUBLES, 1, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_2 = VectorShuffle.iota(DOUBLES, 2, 1, true);
  static final VectorShuffle<Double> DOUBLES_BY_4 = VectorShuffle.iota(DOUBLES, 4, 1, true);

  private Lanes() {}

  static FloatVector broadcast(float x) {
    return FloatVector.broadcast(FLOATS, x);
  }

  static DoubleVector doubles(double x) {
    return DoubleVector.broadcast(DOUBLES, x);
  }

  static FloatVector load(MemorySegment m, long at) {
    return FloatVector.fromMemorySegment(FLOATS, m, at << 2, ORDER);
  }

  /** The elements where the mask is set, 0 elsewhere. */
  static FloatVector load(MemorySegment m, long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(FLOATS, m, at << 2, ORDER, mask);
  }

  static void store(FloatVector v, MemorySegment m, long at) {
    v.intoMemorySegment(m, at << 2, ORDER);
  }

  static void store(FloatVector v, MemorySegment m, long at, VectorMask<Float> mask) {
    v.intoMemorySegment(m, at << 2, ORDER, mask);
  }

  static float get(MemorySegment m, long at) {
    return m.get(JAVA_FLOAT_UNALIGNED, at << 2);
  }

  static void set(MemorySegment m, long at, float value) {
    m.set(JAVA_FLOAT_UNALIGNED, at << 2, value);
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
    DoubleVector s = v;
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

  /** The largest lane; NaN if there is one. */
  static float max(FloatVector v) {
    FloatVector m = v;
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

  /** The lanes whose word's upper 24 bits reach {@code least}, 0 elsewhere. */
  static FloatVector keep(FloatVector x, LongVector words, int least) {
    IntVector drawn = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
    return x.blend(0f, drawn.compare(VectorOperators.LT, least).cast(FLOATS));
  }
}
