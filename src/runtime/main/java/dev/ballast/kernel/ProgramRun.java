package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.ballast.kernel.MapProgram.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A program bound to memory: walks the lines, and sees to rows that repeat and to lines' ends. */
final class ProgramRun implements Kernel {
  private static final int VECTOR_BYTES = ProgramLayout.MOST_LANES * Float.BYTES;

  private final ProgramLayout layout;
  private final ProgramLoop loop;
  private final LineEnds ends;
  private final int lanes;
  private final MemorySegment[] rows;
  private final MemorySegment[] in;
  private final MemorySegment[] out;
  private final MemorySegment[] endIn;
  private final MemorySegment[] endOut;
  private final long[] at;
  private final long[] endAt;
  private final boolean[] inBits;
  private final boolean[] outBits;

  /**
   * @param lanes elements that the loop takes at a time
   * @param workspace of the bytes that the layout wants
   */
  ProgramRun(
      MapProgram program,
      ProgramLayout layout,
      ProgramLoop loop,
      LineEnds ends,
      int lanes,
      List<Slice> inputs,
      List<Slice> results,
      MemorySegment workspace) {
    this.layout = layout;
    this.loop = loop;
    this.ends = ends;
    this.lanes = lanes;
    this.rows = memory(inputs);
    this.in = memory(inputs);
    this.out = memory(results);
    this.endIn = in.clone();
    this.endOut = out.clone();
    this.at = new long[in.length];
    this.endAt = new long[in.length];
    this.inBits = new boolean[in.length];
    this.outBits = new boolean[out.length];
    long free = 0;
    for (int k = 0; k < in.length; k++) {
      inBits[k] = program.inputs().get(k) == Storage.BITS;
      if (layout.repeated()[k]) {
        in[k] = workspace.asSlice(free, layout.line() * Float.BYTES);
        free += layout.repeatedBytes();
      }
    }
    for (int k = 0; k < in.length; k++) {
      endIn[k] = in[k];
      if (layout.hasRest() && !stays(k)) {
        endIn[k] = workspace.asSlice(free, VECTOR_BYTES);
        free += VECTOR_BYTES;
      }
    }
    for (int k = 0; k < out.length; k++) {
      outBits[k] = program.results().get(k).storage() == Storage.BITS;
      if (layout.hasRest()) {
        endOut[k] = workspace.asSlice(free, VECTOR_BYTES);
        free += VECTOR_BYTES;
      }
    }
  }

  private static MemorySegment[] memory(List<Slice> slices) {
    return slices.stream().map(Slice::memory).toArray(MemorySegment[]::new);
  }

  private boolean stays(int input) {
    return (layout.stays() >> input & 1) != 0;
  }

  @Override
  public void run() {
    clearLastWords();
    if (layout.repeats()) {
      repeatRows();
      runFlat();
    } else {
      runLines();
    }
  }

  private void repeatRows() {
    long row = (long) layout.row() * Float.BYTES;
    for (int k = 0; k < in.length; k++) {
      if (layout.repeated()[k]) {
        for (long to = 0; to < in[k].byteSize(); to += row) {
          MemorySegment.copy(rows[k], 0, in[k], to, row);
        }
      }
    }
  }

  private void runFlat() {
    for (long done = 0; done < layout.elements(); done += layout.line()) {
      for (int k = 0; k < at.length; k++) {
        at[k] = layout.repeated()[k] || stays(k) ? 0 : done;
      }
      line(done, Math.min(layout.line(), layout.elements() - done));
    }
  }

  private void runLines() {
    Odometer o = layout.odometer();
    long done = 0;
    o.reset();
    do {
      for (int k = 0; k < at.length; k++) {
        at[k] = o.offset(k);
      }
      line(done, layout.line());
      done += layout.line();
    } while (o.next());
  }

  private void line(long to, long n) {
    long full = n - n % lanes;
    if (full > 0) {
      loop.line(in, at, out, to, full);
    }
    if (full < n) {
      end(to + full, full, n - full);
    }
  }

  private void end(long to, long full, long n) {
    for (int k = 0; k < in.length; k++) {
      if (stays(k)) {
        endAt[k] = at[k];
      } else if (inBits[k]) {
        endIn[k].set(JAVA_INT_UNALIGNED, 0, word(in[k], at[k] + full) >>> (at[k] + full));
      } else {
        ends.load(in[k], at[k] + full, endIn[k], n);
      }
    }
    loop.line(endIn, endAt, endOut, 0, lanes);
    for (int k = 0; k < out.length; k++) {
      if (outBits[k]) {
        int bits = endOut[k].get(JAVA_INT_UNALIGNED, 0) & (1 << n) - 1;
        out[k].set(JAVA_INT_UNALIGNED, to >> 5 << 2, word(out[k], to) | bits << to);
      } else {
        ends.store(endOut[k], out[k], to, n);
      }
    }
  }

  private static int word(MemorySegment bits, long at) {
    return bits.get(JAVA_INT_UNALIGNED, at >> 5 << 2);
  }

  /** Spare bits are 0, and partial words are written piece by piece. */
  private void clearLastWords() {
    for (int k = 0; k < out.length; k++) {
      if (outBits[k]) {
        out[k].set(JAVA_INT_UNALIGNED, out[k].byteSize() - Integer.BYTES, 0);
      }
    }
  }
}
