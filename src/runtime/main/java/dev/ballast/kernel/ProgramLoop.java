package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** One line of a {@link MapProgram}, as {@link ProgramWriter} makes it. */
interface ProgramLoop {
  /**
   * @param in the inputs' memory
   * @param at the element of each input that the line begins with
   * @param out the results' memory
   * @param to the element of each result that the line begins with
   * @param n elements of the line
   */
  void line(MemorySegment[] in, long[] at, MemorySegment[] out, long to, long n);
}
