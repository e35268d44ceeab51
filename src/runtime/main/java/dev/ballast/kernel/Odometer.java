package dev.ballast.kernel;

import dev.ballast.tensor.Shape;

/**
 * Walks over an index space in row-major order and keeps, for each of several operands, the element
 * index that belongs to the place reached. Neighbouring axes that all operands step through alike
 * are merged, so that the innermost loop is as long as it can be. Made once, walked many times.
 */
final class Odometer {
  private final int[] dims;
  private final long[][] strides;
  private final int[] place;
  private final long[] offsets;

  /**
   * @param dims the index space
   * @param strides for each operand, its step in elements along each axis of the space
   */
  Odometer(Shape space, long[]... strides) {
    int rank = space.rank();
    int[] d = new int[Math.max(1, rank)];
    long[][] s = new long[strides.length][Math.max(1, rank)];
    d[0] = 1;
    int groups = 0;
    for (int axis = 0; axis < rank; axis++) {
      if (space.dim(axis) == 1) {
        continue;
      }
      boolean merges = groups > 0;
      for (int k = 0; merges && k < strides.length; k++) {
        merges = s[k][groups - 1] == strides[k][axis] * space.dim(axis);
      }
      int group = merges ? groups - 1 : groups++;
      d[group] = merges ? d[group] * space.dim(axis) : space.dim(axis);
      for (int k = 0; k < strides.length; k++) {
        s[k][group] = strides[k][axis];
      }
    }
    int kept = Math.max(1, groups);
    this.dims = java.util.Arrays.copyOf(d, kept);
    this.strides = new long[strides.length][];
    for (int k = 0; k < strides.length; k++) {
      this.strides[k] = java.util.Arrays.copyOf(s[k], kept);
    }
    this.place = new int[kept];
    this.offsets = new long[strides.length];
  }

  /** Steps of the innermost loop. */
  int innerLength() {
    return dims[dims.length - 1];
  }

  /** An operand's step along the innermost loop. */
  long innerStride(int operand) {
    return strides[operand][dims.length - 1];
  }

  /** Number of merged axes. */
  int rank() {
    return dims.length;
  }

  int dim(int group) {
    return dims[group];
  }

  long stride(int operand, int group) {
    return strides[operand][group];
  }

  void reset() {
    java.util.Arrays.fill(place, 0);
    java.util.Arrays.fill(offsets, 0);
  }

  /** The operand's element index at the start of the current innermost loop. */
  long offset(int operand) {
    return offsets[operand];
  }

  /** Goes to the next innermost loop; false once all were walked. */
  boolean next() {
    for (int group = dims.length - 2; group >= 0; group--) {
      if (++place[group] < dims[group]) {
        for (int k = 0; k < offsets.length; k++) {
          offsets[k] += strides[k][group];
        }
        return true;
      }
      place[group] = 0;
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] -= (long) (dims[group] - 1) * strides[k][group];
      }
    }
    return false;
  }
}
