package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Loads every kind of memory segment before kernels are compiled. As long as there are only those
 * of native memory, HotSpot compiles kernels for these alone; and the first array that anybody in
 * the process wraps, or file that is mapped, makes it throw all those kernels away ("marked for
 * deoptimization"). They are interpreted then for thousands of runs, at a hundredth of their speed,
 * with every vector on the heap.
 */
final class SegmentKinds {
  private SegmentKinds() {}

  static void load() {
    MemorySegment.ofArray(new byte[0]);
    MemorySegment.ofArray(new char[0]);
    MemorySegment.ofArray(new short[0]);
    MemorySegment.ofArray(new int[0]);
    MemorySegment.ofArray(new float[0]);
    MemorySegment.ofArray(new long[0]);
    MemorySegment.ofArray(new double[0]);
    try {
      // By its name: to make one takes a file.
      Class.forName("jdk.internal.foreign.MappedMemorySegmentImpl");
    } catch (ClassNotFoundException e) {
      // Another JDK: there the first mapped file costs what it costs.
    }
  }
}
