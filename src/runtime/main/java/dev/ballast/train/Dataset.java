package dev.ballast.train;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;

/** Examples with their targets, to be copied into batches one by one, in any order. */
public interface Dataset extends AutoCloseable {
  int size();

  /** The shape of one example. */
  Shape example();

  /**
   * Writes example {@code index} to row {@code row} of a batch. Allocates nothing.
   *
   * @param x f32[B, …example]
   * @param target [B, …] as the loss wants it
   */
  void copy(int index, Slice x, Slice target, int row);

  /** SHA-256 over all bytes, for provenance. */
  String checksum();

  @Override
  void close();
}
