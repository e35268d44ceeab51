package dev.ballast.kernel;

/**
 * A loop that maps operands onto a result element by element, as {@link Specialized} makes them.
 */
interface MapLoop {
  /** A kernel that writes {@code out}; operands broadcast to its shape. */
  Kernel bind(Slice out, Slice... operands);
}
