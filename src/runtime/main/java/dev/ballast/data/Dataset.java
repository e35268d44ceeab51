package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/** Examples with their targets, to be copied into batches one by one, in any order. */
public interface Dataset extends AutoCloseable {
  int size();

  /** The shape of one example. */
  Shape example();

  /** The type of one target: an integer scalar where it is a label. */
  TensorType target();

  /**
   * Writes example {@code index} to row {@code row} of a batch. Allocates nothing.
   *
   * @param x [B, …example], of a type that it {@link #fills}
   * @param target [B, …] as the loss wants it
   */
  void copy(int index, Slice x, Slice target, int row);

  /** Whether examples can be written as this type: f32 alone, if nothing else is said. */
  default boolean fills(DType dtype) {
    return dtype == DType.F32;
  }

  /**
   * Told before each time through the examples of a training run.
   *
   * @param seed of the run
   * @param epoch from 1
   */
  default void beginEpoch(long seed, int epoch) {}

  /**
   * Whether making an example takes so long that a thread of its own pays for it. One thread at a
   * time copies examples either way.
   */
  default boolean isCostly() {
    return false;
  }

  /**
   * Demands that examples and targets fit a batch.
   *
   * @throws ShapeException where they do not, with both types
   */
  default void demandFit(TensorType x, TensorType batchOfTargets) {
    if (x.elements() / x.shape().dim(0) != example().elements()) {
      Shape wanted = x.shape().slice(1, x.shape().rank());
      throw new ShapeException(
          "the model takes examples " + wanted + ", the data has " + example());
    }
    if (!fills(x.dtype())) {
      throw new ShapeException(
          "the model takes examples of %s, which these data are not: a model takes f32 unless it begins with an embedding"
              .formatted(x.dtype()));
    }
    Shape rows = Shape.of(batchOfTargets.shape().dim(0));
    if (!batchOfTargets.equals(new TensorType(target().dtype(), rows.append(target().shape())))) {
      TensorType wanted =
          batchOfTargets.withShape(batchOfTargets.shape().slice(1, batchOfTargets.shape().rank()));
      throw new ShapeException("the loss takes targets " + wanted + ", the data has " + target());
    }
  }

  /**
   * What is done to examples anew in each time through them, for provenance; empty where they stay
   * as they are.
   */
  default Optional<String> changes() {
    return Optional.empty();
  }

  /** SHA-256 over all bytes, for provenance. */
  String checksum();

  @Override
  void close();
}
