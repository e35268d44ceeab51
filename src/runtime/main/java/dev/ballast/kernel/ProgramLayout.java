package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.Shape;
import java.util.List;

/**
 * How a program goes through its index space: line by line, each as long as broadcasting allows.
 * Where lines are short because rows repeat, as the biases of ten classes do, the rows are written
 * out sixteen times and a line is sixteen rows: a whole number of vectors.
 *
 * @param repeated which inputs are rows that are written out; none where lines are long enough
 * @param line elements of a line; the last may be shorter
 * @param stays bit k is set where input k is the same along a line
 */
record ProgramLayout(Odometer odometer, boolean[] repeated, long line, long stays, long elements) {
  /** No machine has more lanes of floats. */
  static final int MOST_LANES = 16;

  /** A longer line is worth its masked end. */
  static final int SHORT = 256;

  private static final int ALIGNMENT = 64;

  static ProgramLayout of(MapProgram program, Shape space, List<Shape> inputs) {
    long[][] strides = new long[inputs.size()][];
    for (int k = 0; k < strides.length; k++) {
      // Bits are stepped through as their elements are.
      boolean bits = program.inputs().get(k) == Storage.BITS;
      strides[k] = (bits ? space : inputs.get(k)).broadcastStrides(space);
    }
    Odometer o = new Odometer(space, strides);
    boolean repeats = o.rank() == 2 && o.innerLength() < SHORT && o.innerLength() % MOST_LANES != 0;
    boolean[] rows = new boolean[strides.length];
    for (int k = 0; k < rows.length && repeats; k++) {
      rows[k] = o.stride(k, 0) == 0 && o.innerStride(k) == 1;
      repeats = rows[k] || o.stride(k, 0) == o.innerLength() * o.innerStride(k);
    }
    long stays = 0;
    for (int k = 0; k < rows.length; k++) {
      rows[k] &= repeats;
      stays |= o.innerStride(k) == 0 && o.innerLength() > 1 ? 1L << k : 0;
    }
    long line = (long) o.innerLength() * (repeats ? Math.min(MOST_LANES, o.dim(0)) : 1);
    return new ProgramLayout(o, rows, line, stays, space.elements());
  }

  /** Lines one by one, even where they follow one another in memory. */
  static ProgramLayout ofLines(int lines, int line, int inputs, long stays) {
    long[][] strides = new long[inputs + 1][];
    for (int k = 0; k < inputs; k++) {
      strides[k] = (stays >> k & 1) != 0 ? new long[2] : new long[] {line, 1};
    }
    // An operand that nobody reads keeps the lines apart.
    strides[inputs] = new long[] {0, 1};
    Odometer o = new Odometer(Shape.of(lines, line), strides);
    return new ProgramLayout(o, new boolean[inputs], line, stays, (long) lines * line);
  }

  boolean repeats() {
    for (boolean r : repeated) {
      if (r) {
        return true;
      }
    }
    return false;
  }

  /** Elements of a row that is written out. */
  int row() {
    return odometer.innerLength();
  }

  /** Whether all lines follow one another in memory, whatever their length. */
  boolean isFlat() {
    return odometer.rank() == 1 || repeats();
  }

  /** Whether some line ends within a vector. */
  boolean hasRest() {
    return line % MOST_LANES != 0 || elements % MOST_LANES != 0;
  }

  /** Of one written out row. */
  long repeatedBytes() {
    return roundUp(line * Float.BYTES);
  }

  /** For the ends of lines, a vector for each operand, and for rows that are written out. */
  long workspaceBytes(int results) {
    long bytes = hasRest() ? (long) ALIGNMENT * (repeated.length + results) : 0;
    for (boolean r : repeated) {
      bytes += r ? repeatedBytes() : 0;
    }
    return bytes;
  }

  private static long roundUp(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
